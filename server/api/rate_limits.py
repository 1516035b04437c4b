"""Keeps one user, and one key, from asking without end; says in every answer how much is left."""

from datetime import timedelta

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import access
from server.accounts.rates import Permit, Rate, RateLimiter, too_often
from server.api.errors import answer

HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_MINUTE = timedelta(minutes=1)


class RateLimits:
    """Stands inside the guard: it counts for those who are known.

    Args:
        per_user: Requests a minute.
        per_key: Requests a minute by one API key.
    """

    def __init__(self, app: ASGIApp, *, rates: RateLimiter, per_user: int, per_key: int) -> None:
        self._app = app
        self._rates = rates
        self._per_user = Rate(per_user, _MINUTE)
        self._per_key = Rate(per_key, _MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asking = access.current()
        permit = await self._permit(asking.user) if asking is not None else None
        if permit is None or not permit.limit:
            await self._app(scope, receive, send)
        elif permit.is_given:
            await self._app(scope, receive, _telling(permit, send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "too many requests"})
        else:
            error = too_often(permit)
            refusal = answer(429, error.message, error.code, error.hint)
            refusal.headers["Retry-After"] = str(permit.retry_after)
            await refusal(scope, receive, _telling(permit, send))

    async def _permit(self, user: access.User) -> Permit:
        """The tighter one of the user's and the key's."""
        permit = await self._rates.take(self._per_user, "user", user.identity)
        key = user.get(access.KEY)
        if key is None or not permit.is_given:
            return permit
        of_key = await self._rates.take(self._per_key, "key", str(key))
        is_tighter = bool(of_key.limit) and (not permit.limit or of_key.remaining < permit.remaining)
        return of_key if is_tighter or not of_key.is_given else permit


def _telling(permit: Permit, send: Send) -> Send:
    values = (permit.limit, permit.remaining, permit.reset)

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in zip(HEADERS, values, strict=True):
                headers[name] = str(value)
        await send(message)

    return telling
