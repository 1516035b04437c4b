"""Logins: short access tokens, refresh tokens that are good once, and tickets for WebSockets.

An access token is a JWT that counts only while its session is there, so leaving takes effect at once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import jwt

from server import keys, lua
from server.db.models import Account, now
from server.lua import Client

ALGORITHM = "HS256"
ISSUER = "scriptorium"
TICKET_SECONDS = 30  # between asking for a ticket and opening the socket

_JWT = cast("Any", jwt)  # typed with what comes with a package that is not needed for HMAC
_ROTATE = lua.load("accounts/rotate")


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a client gets when it logs in or refreshes."""

    access_token: str
    refresh_token: str
    expires_in: int  #: Seconds that the access token is good for.


@dataclass(frozen=True, kw_only=True)
class Proven:
    """Whose a token is, at which epoch of the account, and of which session."""

    user_id: str
    epoch: int
    session_id: str


def digest(secret: str) -> str:
    """How a long random secret is kept: it cannot be guessed, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sessions:
    """Sessions in Redis.

    Args:
        secret: Signs access tokens.
    """

    def __init__(
        self, redis: Client, *, secret: bytes, access_for: timedelta, refresh_for: timedelta
    ) -> None:
        self._redis = cast("Any", redis)
        self._secret = secret
        self._access_for = access_for
        self._refresh_for = int(refresh_for.total_seconds())

    async def begin(self, account: Account) -> Tokens:
        """Open a session."""
        session_id, refresh = secrets.token_hex(16), secrets.token_urlsafe(32)
        key = keys.session(session_id)
        kept = {"user": account.user_id, "epoch": account.session_epoch, "refresh": digest(refresh)}
        step = self._redis.pipeline(transaction=True)  # a session without an end would be one for ever
        step.hset(key, mapping=kept)
        step.expire(key, self._refresh_for)
        await step.execute()
        return self._tokens(account.user_id, session_id, refresh)

    async def refresh(self, token: str) -> tuple[Proven, Tokens] | None:
        """New tokens for a refresh token; None for one that is not good. One used twice ends its session."""
        session_id, _, given = token.partition(".")
        following = secrets.token_urlsafe(32)
        answer = await _ROTATE.call(
            self._redis, [keys.session(session_id)], digest(given), digest(following), self._refresh_for
        )
        if not answer:
            return None
        proven = Proven(user_id=_text(answer[0]), epoch=int(answer[1]), session_id=session_id)
        return proven, self._tokens(proven.user_id, session_id, following)

    async def proven(self, access_token: str) -> Proven | None:
        """Whose an access token is; None when it is not good, or its session over."""
        try:
            claims = _JWT.decode(
                access_token,
                self._secret,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "iss", "sub", "sid"]},
            )
        except jwt.InvalidTokenError:
            return None
        proven = await self.of(str(claims["sid"]))
        return proven if proven is not None and proven.user_id == claims["sub"] else None

    async def end(self, session_id: str) -> None:
        """Close a session: its access tokens are worth nothing from now on."""
        await self._redis.delete(keys.session(session_id))

    async def ticket(self, session_id: str) -> str:
        """A ticket with which who has this session may open one WebSocket, soon."""
        made = secrets.token_urlsafe(32)
        await self._redis.set(keys.ticket(digest(made)), session_id, ex=TICKET_SECONDS)
        return made

    async def redeem(self, ticket: str) -> Proven | None:
        """Whose a ticket is, which is used up by this; None when it is not good, or its session over."""
        session_id = await self._redis.getdel(keys.ticket(digest(ticket)))
        return await self.of(_text(session_id)) if session_id is not None else None

    async def of(self, session_id: str) -> Proven | None:
        """Whose a session is; None when it is over."""
        user, epoch = await self._redis.hmget(keys.session(session_id), "user", "epoch")
        if user is None:
            return None
        return Proven(user_id=_text(user), epoch=int(epoch), session_id=session_id)

    def _tokens(self, user_id: str, session_id: str, refresh: str) -> Tokens:
        begun = now()
        claims = {
            "iss": ISSUER,
            "sub": user_id,
            "sid": session_id,
            "iat": begun,
            "exp": begun + self._access_for,
        }
        return Tokens(
            access_token=_JWT.encode(claims, self._secret, algorithm=ALGORITHM),
            refresh_token=f"{session_id}.{refresh}",
            expires_in=int(self._access_for.total_seconds()),
        )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
