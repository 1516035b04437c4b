"""Keeps one user, and one key, from asking without end; says in every answer how much is left."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import access
from server.accounts.rates import Permit, Rate, RateLimiter, too_often
from server.api.errors import answer
from server.resources import Resources

HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class RequestRates:
    """What a user, and a key of theirs, may ask for in a minute."""

    limiter: RateLimiter
    per_user: int
    per_key: int

    @classmethod
    def of(cls, resources: Resources) -> "RequestRates":
        settings = resources.settings
        return cls(limiter=resources.rates, per_user=settings.rate_limit, per_key=settings.rate_limit_per_key)

    async def permit(self, user: access.User) -> Permit:
        """Ask for one; gives the tighter one of the user's and the key's."""
        permit = await self.limiter.take(Rate(self.per_user, _MINUTE), "user", user.identity)
        key = user.get(access.KEY)
        if key is None or not permit.is_given:
            return permit
        of_key = await self.limiter.take(Rate(self.per_key, _MINUTE), "key", str(key))
        is_tighter = bool(of_key.limit) and (not permit.limit or of_key.remaining < permit.remaining)
        return of_key if is_tighter or not of_key.is_given else permit

    async def check(self) -> None:
        """Count a message on a socket like a request; raises ServiceError (429)."""
        asking = access.current()
        permit = await self.permit(asking.user) if asking is not None else None
        if permit is not None and not permit.is_given:
            raise too_often(permit)


class RateLimits:
    """Stands inside the guard: it counts for those who are known."""

    def __init__(self, app: ASGIApp, *, rates: RequestRates) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asking = access.current()
        permit = await self._rates.permit(asking.user) if asking is not None else None
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


def _telling(permit: Permit, send: Send) -> Send:
    values = (permit.limit, permit.remaining, permit.reset)

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in zip(HEADERS, values, strict=True):
                headers[name] = str(value)
        await send(message)

    return telling
