"""Serves an application below a prefix of the path."""

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PLACES = (b"location", b"content-location")


class MountPrefix:
    """Takes the prefix off, and puts it before the places that answers name.

    Requests without it pass as they are, for probes and for proxies that strip it. It may stand there twice:
    LangGraph's SDKs append a Location to their base URL, where others resolve it.

    Args:
        is_own: Whether a path is one of the application's own, also if it begins like the prefix.
    """

    def __init__(self, app: ASGIApp, *, prefix: str, is_own: Callable[[str], bool]) -> None:
        self._app = app
        self._prefix = "/" + prefix.strip("/")
        self._is_own = is_own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = rest = scope.get("path", "")
        while self._is_below(rest) and not self._is_own(rest):
            rest = rest.removeprefix(self._prefix) or "/"
        if rest == path:
            await self._app(scope, receive, send)
            return
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")

        async def send_placed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (name, self._placed(value, host) if name.lower() in _PLACES else value)
                    for name, value in message["headers"]
                ]
                message = {**message, "headers": headers}
            await send(message)

        inside = {"path": rest, "raw_path": quote(rest).encode(), "app_root_path": self._prefix}
        await self._app({**scope, **inside}, receive, send_placed)

    def _is_below(self, path: str) -> bool:
        return path == self._prefix or path.startswith(self._prefix + "/")

    def _placed(self, value: bytes, host: str) -> bytes:
        """The place as it is reached from outside; those of other hosts stay."""
        place = urlsplit(value.decode("latin-1"))
        is_here = place.netloc in ("", host) and place.path.startswith("/")
        if not is_here or self._is_below(place.path):
            return value
        return place._replace(path=self._prefix + place.path).geturl().encode("latin-1")
