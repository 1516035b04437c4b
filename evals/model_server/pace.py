"""How fast the server answers."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]|\s*[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]{1,8}|\s+"
)
_UNPACED_CHUNK = 16  # tokens: without a speed to keep, fewer and longer chunks cost less
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
        size = max(1, min(_UNPACED_CHUNK, -(-len(tokens) // _FEWEST_CHUNKS)))
        return ["".join(tokens[at : at + size]) for at in range(0, len(tokens), size)]


def split(text: str) -> list[str]:
    """The text as tokens of this server's own kind: about four letters, or one Chinese character."""
    return _TOKEN.findall(text)


def count_tokens(text: str) -> int:
    """How many tokens a text has."""
    return len(split(text))
