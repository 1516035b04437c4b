"""What model calls consumed."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one or several calls, as the provider counted them."""

    calls: int = 0  #: Answers that came, unusable ones included; requests that failed cost nothing.
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Generic[T]):
    """What a model answered, and what that consumed."""

    value: T
    usage: Usage
