"""Writes down what changes accounts, keys and shares, what is deleted, and what was refused."""

import logging
from dataclasses import dataclass
from typing import Any, cast

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import access, logs
from server.access import User
from server.accounts.audit import AuditLog
from server.db.models import AuditEntry

logger = logging.getLogger(__name__)

TRIED = "audit_name"  # key of a request's state: the name that somebody tried to log in with
WHY = "audit_why"  # key of a request's state: the Stranger that a request comes from
_MANAGING = ("/api/v1/auth", "/api/v1/keys", "/api/v1/users", "/api/v1/shares", "/internal/")
_LONGEST = 500  # characters of a path, and of a name


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """Why credentials let nobody in.

    Args:
        user_id: Whose they once were.
    """

    why: str
    user_id: str | None = None


class Auditing:
    """Stands inside the guard, so that it knows who asks; the guard tells whom it did not let in.

    The entry is written once the answer is sent: nobody waits for it.
    """

    def __init__(self, app: ASGIApp, *, log: AuditLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watching)
        finally:
            if _is_audited(scope, status):
                asking = access.current()
                route = getattr(scope.get("route"), "path", "")
                await write(self._log, scope, route, status, asking.user if asking else None)


async def write(log: AuditLog, scope: Scope, route: str, status: int, user: User | None) -> None:
    """Add an entry of a request."""
    state = cast("dict[str, Any]", scope.get("state", {}))
    stranger = cast("Stranger | None", state.get(WHY))
    method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
    entry = AuditEntry(
        user_id=user.identity if user else stranger.user_id if stranger else None,
        name=user.display_name[:_LONGEST] if user else None,
        action=f"{method} {route}",
        target=str(scope["path"])[:_LONGEST],
        status=status,
        address=scope["client"][0] if scope.get("client") else "",
        request_id=logs.request_id.get() or "",
        detail=stranger.why if stranger and not user else None,
    )
    try:
        if user is None and TRIED in state:
            entry.name = await log.known_name(state[TRIED])
        await log.add(entry)
    except (SQLAlchemyError, RedisError):
        logger.exception("An audit entry was lost: %s %s", entry.action, entry.status)


def _is_audited(scope: Scope, status: int) -> bool:
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return status in (401, 403)
    path = str(scope["path"])
    return path.startswith(_MANAGING) or scope["method"] == "DELETE" or status in (401, 403)
