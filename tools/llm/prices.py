"""What a call costs, by the dated price table of models.yaml."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.llm.usage import Usage

_PER = 1_000_000  # tokens or characters that a price is for


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
    """One entry of models.yaml: what a million tokens cost, a million characters, or a second of sound."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str  #: "provider:model"; * stands for anything.
    hosts: tuple[str, ...] = ()  #: Where that is asked, of a provider whose regions differ; empty: anywhere.
    input: float | None = Field(default=None, ge=0)
    output: float | None = Field(default=None, ge=0)
    cached: float | None = Field(default=None, ge=0)  #: Input that the provider had in its cache.
    written: float | None = Field(default=None, ge=0)  #: Input that it put there.
    characters: float | None = Field(default=None, ge=0)  #: That are spoken, as the provider counts them.
    second: float | None = Field(default=None, ge=0)  #: One, of sound that is heard.
    up_to: int | None = Field(default=None, ge=1)  #: Input tokens of one request up to which it is valid.
    currency: str = Field(pattern="^[A-Z]{3}$")
    date: date  #: When the source was read.
    source: str

    @model_validator(mode="after")
    def _is_of_something(self) -> "Price":
        if (self.input is None) != (self.output is None):
            raise ValueError("input and output go together")
        if all(amount is None for amount in (self.input, self.characters, self.second)):
            raise ValueError("it has to say what tokens, characters or seconds cost")
        return self

    def fits(self, choice: Asked, input_tokens: int) -> bool:
        """Whether it is the price of such a request."""
        return (
            fnmatchcase(choice.name, self.model)
            and (not self.hosts or self._is_of(urlsplit(choice.base_url).hostname or ""))
            and (self.up_to is None or input_tokens <= self.up_to)
        )

    def _is_of(self, host: str) -> bool:
        return any(fnmatchcase(host, pattern) for pattern in self.hosts)

    def told(self) -> str:
        """It in words, for people."""
        amounts = {
            "in": self.input,
            "out": self.output,
            "a million characters": self.characters,
            "a second": self.second,
        }
        named = [f"{amount:g} {unit}" for unit, amount in amounts.items() if amount is not None]
        return f"{', '.join(named)} {self.currency}"


def price_of(choice: Asked, prices: Sequence[Price], *, input_tokens: int = 0) -> Price | None:
    """The first entry that fits; None: nobody knows the price."""
    return next((price for price in prices if price.fits(choice, input_tokens)), None)


def with_cost(usage: Usage, choice: Asked, prices: Sequence[Price]) -> Usage:
    """The usage of one call with its cost, None where the table does not know the model.

    It is None, too, where the provider did not tell the characters or the seconds that it is paid by.
    """
    price = price_of(choice, prices, input_tokens=usage.input_tokens)
    cost = None if price is None else _cost(usage, price)
    return replace(usage, cost=cost, currency=None if price is None or cost is None else price.currency)


def _cost(usage: Usage, price: Price) -> float | None:
    cost = 0.0
    if price.input is not None:
        cost += _cost_of_input(usage, price, price.input) + usage.output_tokens * (price.output or 0) / _PER
    if price.characters is not None:
        if not usage.characters:
            return None
        cost += usage.characters * price.characters / _PER
    if price.second is not None:
        if not usage.sound_seconds:
            return None
        cost += usage.sound_seconds * price.second
    return cost


def _cost_of_input(usage: Usage, price: Price, plain: float) -> float:
    """Of what is read anew, of what lies in the provider's cache, and of what is put there."""
    cached = usage.cached_tokens if price.cached is not None else 0
    written = usage.cache_write_tokens if price.written is not None else 0
    anew = usage.input_tokens - cached - written
    return (anew * plain + cached * (price.cached or 0) + written * (price.written or 0)) / _PER
