"""How often something may be asked for: so many times in a period, counted in Redis for all processes."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, cast

from server import keys, lua
from server.lua import Client
from tools.errors import ErrorCategory, ServiceError

_TAKE = lua.load("accounts/take")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many times in a period; a rate of 0 times is no limit."""

    times: int
    period: timedelta


class Permit(NamedTuple):
    """What came of asking."""

    is_given: bool
    limit: int
    remaining: int
    retry_after: int  #: Seconds until there is one again; 0 when this one was given.
    reset: int  #: Seconds until all are there again.


class RateLimiter:
    """Counts in Redis: what is given in one process is gone in all."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def take(self, rate: Rate, what: str, who: str) -> Permit:
        """Ask for one permit.

        Args:
            what: What is limited.
            who: For whom it is counted.
        """
        if not rate.times:
            return Permit(True, 0, 0, 0, 0)
        period = int(rate.period.total_seconds() * 1000)
        given, remaining, wait, reset = await _TAKE.call(
            self._redis, [keys.rate(what, who)], rate.times, period
        )
        return Permit(bool(given), rate.times, remaining, _seconds(wait), _seconds(reset))

    async def forget(self, what: str, who: str) -> None:
        """Let nothing be counted for somebody who is gone."""
        await cast("Any", self._redis).delete(keys.rate(what, who))

    async def check(self, rate: Rate, what: str, who: str) -> None:
        """Raise ServiceError (429) when there is no permit."""
        permit = await self.take(rate, what, who)
        if not permit.is_given:
            raise too_often(permit)


def too_often(permit: Permit) -> ServiceError:
    """The failure of whoever asks more often than they may."""
    return ServiceError(
        f"Too many requests: {permit.limit} are allowed at once, the next one in {permit.retry_after} s.",
        hint="Wait until Retry-After has passed.",
        code="rate_limited",
        category=ErrorCategory.RATE_LIMIT,
        retry_after=permit.retry_after,
    )


def _seconds(milliseconds: int) -> int:
    return math.ceil(milliseconds / 1000)
