"""What model calls consumed."""

from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

from prompts import Prompt
from tools.errors import ErrorCategory
from tools.llm.abilities import Role

T = TypeVar("T")

Operation = Literal["chat", "embeddings", "rerank", "translation", "transcription", "speech"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one or several calls consumed, as the provider counted it."""

    calls: int = 0  #: Answers that came, unusable ones included; requests that failed cost nothing.
    input_tokens: int = 0  #: Cached ones included.
    output_tokens: int = 0
    cached_tokens: int = 0  #: Of the input, what the provider had in its own cache.
    cache_write_tokens: int = 0  #: Of the input, what it put there for five minutes, which some ask more for.
    characters: int = 0  #: Spoken, as providers count them that are paid by the character.
    sound_seconds: float = 0.0  #: Heard, as providers count them that are paid by the second.
    cache_hits: int = 0  #: Answers from our own cache: nobody was asked, nothing is paid.
    cost: float | None = None  #: In the currency; None: no price is known for some of it.
    currency: str | None = None  #: ISO 4217; None while there is no cost, or when several meet.

    def __add__(self, other: "Usage") -> "Usage":
        cost, currency = _add_costs(self, other)
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            characters=self.characters + other.characters,
            sound_seconds=self.sound_seconds + other.sound_seconds,
            cache_hits=self.cache_hits + other.cache_hits,
            cost=cost,
            currency=currency,
        )

    @property
    def tokens(self) -> int:
        """Read and written."""
        return self.input_tokens + self.output_tokens

    @property
    def is_free(self) -> bool:
        """Whether nothing was asked of a provider."""
        return not (self.calls or self.tokens)


def _add_costs(one: Usage, other: Usage) -> tuple[float | None, str | None]:
    paid = [usage for usage in (one, other) if not usage.is_free]
    if not paid:
        return None, None
    if any(usage.cost is None for usage in paid) or len({usage.currency for usage in paid}) > 1:
        return None, None
    return sum(usage.cost for usage in paid if usage.cost is not None), paid[0].currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Generic[T]):
    """What a model answered, and what that consumed."""

    value: T
    usage: Usage
    model: str = ""  #: "provider:model" of the one that answered, which calling.py fills in.

    def priced(self, usage: Usage, model: str) -> "Answered[T]":
        """The same, with its price and who gave it."""
        return replace(self, usage=usage, model=model)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call, however often it had to be sent, for whoever keeps accounts."""

    role: Role
    operation: Operation
    model: str  #: "provider:model".
    node: str  #: The graph's node that asked; "" outside of one.
    prompt: Prompt | None
    usage: Usage
    seconds: float  #: From the first sending to the end, waiting included.
    failure: ErrorCategory | None = None  #: Why it was given up.
