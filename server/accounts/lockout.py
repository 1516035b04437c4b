"""Keeps passwords from being guessed: after some failures, a name and an address have to wait."""

from typing import Any, cast

from server import keys, lua
from server.lua import Client
from tools.errors import ErrorCategory, ServiceError

_COUNT = lua.load("accounts/count_failure")
WINDOW_SECONDS = 15 * 60
MOST = {"name": 10, "address": 100}  # failures in a window; many people may share an address


class Lockout:
    """Counts failures in Redis, of names that do not exist, too: it tells nobody which do."""

    def __init__(self, redis: Client) -> None:
        self._redis = cast("Any", redis)

    async def check(self, **tried: str) -> None:
        """Raises ServiceError (429) when one of these failed too often."""
        for kind, name in tried.items():
            key = keys.failures(kind, name)
            if int(await self._redis.get(key) or 0) >= MOST[kind]:
                raise ServiceError(
                    "Too many failed attempts to log in.",
                    hint="Wait until Retry-After has passed.",
                    code="locked_out",
                    category=ErrorCategory.RATE_LIMIT,
                    retry_after=max(1, int(await self._redis.ttl(key))),
                )

    async def failed(self, **tried: str) -> None:
        """Count one failure of each."""
        for kind, name in tried.items():
            await _COUNT.call(self._redis, [keys.failures(kind, name)], WINDOW_SECONDS)

    async def succeeded(self, name: str) -> None:
        """Forget a name's failures."""
        await self._redis.delete(keys.failures("name", name))
