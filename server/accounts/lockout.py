"""Keeps passwords from being guessed: after some failures, a name and an address have to wait."""

from typing import Any, cast

from server import keys, lua
from server.lua import Client
from tools.errors import ErrorCategory, ServiceError

_COUNT = lua.load("accounts/count_attempt")
_TAKE_BACK = lua.load("accounts/take_back")
WINDOW_SECONDS = 15 * 60
MOST = {"name": 10, "address": 100}  # failures in a window; many people may share an address


class Lockout:
    """Counts attempts in Redis, with names that do not exist, too: it tells nobody which do.

    An attempt counts as a failure until it has succeeded, so guesses made all at once cannot pass together.
    """

    def __init__(self, redis: Client) -> None:
        self._redis = cast("Any", redis)

    async def attempt(self, **tried: str) -> None:
        """Count an attempt; raises ServiceError (429) when one of these failed too often."""
        for kind, name in tried.items():
            count, seconds = await _COUNT.call(self._redis, [keys.failures(kind, name)], WINDOW_SECONDS)
            if int(count) > MOST[kind]:
                raise ServiceError(
                    "Too many failed attempts to log in.",
                    hint="Wait until Retry-After has passed.",
                    code="locked_out",
                    category=ErrorCategory.RATE_LIMIT,
                    retry_after=max(1, int(seconds)),
                )

    async def succeeded(self, name: str, **tried: str) -> None:
        """Forget a name's failures, and that the others were tried."""
        await self._redis.delete(keys.failures("name", name))
        for kind, other in tried.items():
            await _TAKE_BACK.call(self._redis, [keys.failures(kind, other)])
