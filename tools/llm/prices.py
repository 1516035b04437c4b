"""What a call costs, by the dated price table of models.yaml."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatch
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from tools.llm.usage import Usage

_PER = 1_000_000  # tokens that a price is for


class Asked(Protocol):
    """Of a ModelChoice, what its price depends on."""

    @property
    def name(self) -> str:
        """The model as ``provider:model``."""
        ...

    @property
    def base_url(self) -> str:
        """Where it listens."""
        ...


class Price(BaseModel):
    """One entry of models.yaml: what a million tokens cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str  #: "provider:model"; * stands for anything.
    hosts: tuple[str, ...] = ()  #: Where that is asked, of a provider whose regions differ; empty: anywhere.
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)  #: Input that the provider had in its cache.
    up_to: int | None = Field(default=None, ge=1)  #: Input tokens of one request up to which it is valid.
    currency: str = Field(pattern="^[A-Z]{3}$")
    date: date  #: When the source was read.
    source: str

    def fits(self, choice: Asked, input_tokens: int) -> bool:
        """Whether it is the price of such a request."""
        host = urlsplit(choice.base_url).hostname or ""
        return (
            fnmatch(choice.name, self.model)
            and (not self.hosts or any(fnmatch(host, pattern) for pattern in self.hosts))
            and (self.up_to is None or input_tokens <= self.up_to)
        )


def price_of(choice: Asked, prices: Sequence[Price], *, input_tokens: int = 0) -> Price | None:
    """The first entry that fits; None: nobody knows the price."""
    return next((price for price in prices if price.fits(choice, input_tokens)), None)


def with_cost(usage: Usage, choice: Asked, prices: Sequence[Price]) -> Usage:
    """The usage of one call with its cost, None where the table does not know the model."""
    price = price_of(choice, prices, input_tokens=usage.input_tokens)
    if price is None:
        return replace(usage, cost=None, currency=None)
    cached = usage.cached_tokens if price.cached is not None else 0
    paid = (usage.input_tokens - cached) * price.input + usage.output_tokens * price.output
    return replace(usage, cost=(paid + cached * (price.cached or 0)) / _PER, currency=price.currency)
