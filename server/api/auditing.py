"""Writes down what changes accounts, keys and shares, what is deleted, and what was refused."""

import logging
from typing import Any, cast

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import access, logs
from server.accounts.audit import AuditLog
from server.db.models import AuditEntry

logger = logging.getLogger(__name__)

TRIED = "audit_name"  # key of a request's state: the name that somebody tried to log in with
_MANAGING = ("/api/v1/auth", "/api/v1/keys", "/api/v1/users", "/api/v1/shares", "/internal/")
_LONGEST = 500  # characters of a path, and of a name


class Auditing:
    """Stands inside the guard, so that it knows who asks.

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
                await self._write(scope, status)

    async def _write(self, scope: Scope, status: int) -> None:
        asking = access.current()
        state = cast("dict[str, Any]", scope.get("state", {}))
        name = asking.user.display_name if asking else state.get(TRIED)
        route = getattr(scope.get("route"), "path", "")
        entry = AuditEntry(
            user_id=asking.user.identity if asking else None,
            name=name[:_LONGEST] if name else None,
            action=f"{scope['method']} {route}",
            target=str(scope["path"])[:_LONGEST],
            status=status,
            address=scope["client"][0] if scope.get("client") else "",
            request_id=logs.request_id.get() or "",
        )
        try:
            await self._log.add(entry)
        except SQLAlchemyError:
            logger.exception("An audit entry was lost: %s %s", entry.action, entry.status)


def _is_audited(scope: Scope, status: int) -> bool:
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return status == 403
    path = str(scope["path"])
    return path.startswith(_MANAGING) or scope["method"] == "DELETE" or status == 403
