"""How fast the server answers."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]|\s*[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]{1,8}|\s+"
)
_UNPACED_CHUNK = 16  # tokens: without a speed to keep, fewer and longer chunks cost less
_SHORT = 16  # characters: pieces of a stream, of which the same come again and again
_FEWEST_CHUNKS = 4  # so that also a short answer can break in its middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long an answer takes.

    Args:
        latency_seconds: Before the first byte.
        jitter_seconds: At most so much is added, drawn from the seed and the request's number.
        tokens_per_second: Of each stream; None: at once. The time to write a whole answer counts too.
        seed: Of the jitter.
    """

    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0
    tokens_per_second: float | None = None
    seed: int = 1

    def delay(self, number: int) -> float:
        """Seconds before the first byte of request ``number``."""
        draw = random.Random(f"{self.seed}:{number}")  # noqa: S311 - repeatable, not secret
        return self.latency_seconds + self.jitter_seconds * draw.random()

    def chunks(self, text: str) -> Sequence[str]:
        """The pieces in which a text is streamed: a token each when there is a speed to keep."""
        tokens = split(text)
        if self.tokens_per_second is not None:
            return tokens
        size = max(1, min(_UNPACED_CHUNK, len(tokens) // _FEWEST_CHUNKS))
        return ["".join(tokens[at : at + size]) for at in range(0, len(tokens), size)]


@lru_cache(maxsize=16)  # an answer is split to be limited, to be sent and to be counted
def split(text: str) -> tuple[str, ...]:
    """The text as tokens of this server's own kind: a short word, or one Chinese character."""
    return tuple(_TOKEN.findall(text))


def count_tokens(text: str) -> int:
    """How many tokens a text has."""
    return _count_short(text) if len(text) < _SHORT else len(split(text))


@lru_cache(maxsize=4096)
def _count_short(text: str) -> int:
    return len(_TOKEN.findall(text))
