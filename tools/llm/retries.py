"""Repeating a call that may pass the next time."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tools.errors import ErrorCategory, ModelError
from tools.llm.failures import explain, retry_after_seconds, transport_errors

T = TypeVar("T")

# An invalid answer is worth a repair (structured.py), not the same request again.
_WORTH_REPEATING = (ErrorCategory.RATE_LIMIT, ErrorCategory.CONNECTIVITY)
_RANDOM = secrets.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """When to repeat a failed call: exponential, with full jitter above half the delay."""

    attempts: int = 6
    first_seconds: float = 0.5
    longest_seconds: float = 60.0  #: Also the most that a Retry-After is obeyed.

    def delay(self, failures: int, asked_seconds: float | None) -> float:
        """Seconds to wait after that many failures; ``asked_seconds`` is the server's Retry-After."""
        grown = min(self.longest_seconds, self.first_seconds * 2 ** (failures - 1))
        jittered = grown * _RANDOM.uniform(0.5, 1.0)
        if asked_seconds is None:
            return jittered
        return min(self.longest_seconds, asked_seconds + jittered * 0.1)


async def with_retries(call: Callable[[], Awaitable[T]], backoff: Backoff) -> T:
    """Call until it passes, fails for good, or the attempts are used up.

    Raises:
        ModelError: The last failure, in this service's terms.
    """
    for attempt in range(1, backoff.attempts + 1):
        try:
            return await call()
        except (ModelError, *transport_errors()) as error:
            explained = explain(error)
            if explained.category not in _WORTH_REPEATING or attempt == backoff.attempts:
                raise explained from error
            delay = backoff.delay(attempt, retry_after_seconds(error))
        await asyncio.sleep(delay)
    raise AssertionError("Backoff.attempts is at least 1")
