"""Which web pages may talk to a service that asks nobody to log in.

A page on any site can make a browser send requests to this machine, and can even pass for this machine by
a name of its own that resolves to it. So a request that says it comes from a page of another origin is
refused, and so is one for a host name that is not the service's.
"""

import re
import socket
from collections.abc import Awaitable, Callable, Collection
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from server.access import User
from server.api.auditing import WHY, Stranger
from server.api.auth import rules
from server.api.errors import answer

LOCAL_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
FORBIDDEN = 4403  # 4000 and an HTTP status: clients do not come back
_LOCAL_HOST = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")


class OriginGuard:
    """Refuses requests of foreign pages.

    Args:
        allowed: Origins that may call; ``*`` allows all. Those on this machine always may.
        allowed_pattern: A regular expression of further origins that may.
        hosts: Names that the service answers to besides this machine's own; ``*`` is any.
        is_loopback: Whether only this machine can reach the service, so that it has no other names.
        on_refusal: Is told of what was refused: its route if there is one, the status, and nobody.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed: Collection[str],
        hosts: Collection[str],
        is_loopback: bool,
        allowed_pattern: str | None = None,
        on_refusal: Callable[[Scope, str, int, User | None], Awaitable[None]] | None = None,
    ) -> None:
        self._app = app
        self._pattern = re.compile(allowed_pattern) if allowed_pattern else None
        self._allowed = allowed
        self._any_host = "*" in hosts
        self._is_loopback = is_loopback
        self._on_refusal = on_refusal
        self._hosts = {name.lower() for name in hosts}
        if not is_loopback:
            self._hosts.add(socket.gethostname().lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if not self._answers_to(host):
            code, why = "foreign_host", f"This service does not answer to the name {host[:100]!r}."
            hint = "Use http://127.0.0.1, or add the name to ALLOWED_HOSTS, which needs AUTH=on."
        elif origin is not None and not self._is_allowed(origin, host):
            code, why = "foreign_origin", f"Pages of {origin[:100]!r} may not use this service."
            hint = "Add its origin to ALLOWED_ORIGINS."
        else:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await _close(receive, send)
        else:
            await answer(403, why, code, hint)(scope, receive, send)
        await self._tell(scope, why)

    async def _tell(self, scope: Scope, why: str) -> None:
        if self._on_refusal is None:
            return
        found = rules.find("WEBSOCKET" if scope["type"] == "websocket" else scope["method"], scope["path"])
        state = {**scope.get("state", {}), WHY: Stranger(why=why)}
        await self._on_refusal({**scope, "state": state}, found.route if found else "", 403, None)

    def _answers_to(self, host: str) -> bool:
        if self._any_host or _LOCAL_HOST.fullmatch(host):
            return True
        name = re.sub(r":\d+$", "", host).lower()
        # A page cannot pass for an address: only names can be made to lead elsewhere.
        return name in self._hosts or (not self._is_loopback and _is_address(name))

    def _is_allowed(self, origin: str, host: str) -> bool:
        own = origin.partition("://")[2] == host
        local = re.fullmatch(LOCAL_ORIGIN, origin) is not None
        named = origin in self._allowed or "*" in self._allowed
        return own or local or named or (self._pattern is not None and bool(self._pattern.fullmatch(origin)))


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name.strip("[]")))
    except ValueError:
        return False


async def _close(receive: Receive, send: Send) -> None:
    """Refuse a WebSocket once it is open: a browser tells its page nothing of one that never opened."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": FORBIDDEN, "reason": "foreign page"})
