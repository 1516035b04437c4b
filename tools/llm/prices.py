"""What a call costs, by the dated price table of models.yaml."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatch

from pydantic import BaseModel, ConfigDict, Field

from tools.llm.usage import Usage

_PER = 1_000_000  # tokens that a price is for


class Price(BaseModel):
    """One entry of models.yaml: what a million tokens cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str  #: "provider:model"; * stands for anything.
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)  #: Input that the provider had in its cache.
    up_to: int | None = Field(default=None, ge=1)  #: Input tokens of one request up to which it is valid.
    currency: str = Field(pattern="^[A-Z]{3}$")
    date: date  #: When the source was read.
    source: str


def price_of(model: str, prices: Sequence[Price], *, input_tokens: int = 0) -> Price | None:
    """The first entry that fits; None: nobody knows the price."""
    return next(
        (
            price
            for price in prices
            if fnmatch(model, price.model) and (price.up_to is None or input_tokens <= price.up_to)
        ),
        None,
    )


def with_cost(usage: Usage, model: str, prices: Sequence[Price]) -> Usage:
    """The usage of one call with its cost, None where the table does not know the model."""
    price = price_of(model, prices, input_tokens=usage.input_tokens)
    if price is None:
        return replace(usage, cost=None, currency=None)
    cached = usage.cached_tokens if price.cached is not None else 0
    paid = (usage.input_tokens - cached) * price.input + usage.output_tokens * price.output
    return replace(usage, cost=(paid + cached * (price.cached or 0)) / _PER, currency=price.currency)
