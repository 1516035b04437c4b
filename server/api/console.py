"""The console: static files with a policy that lets them run nothing but themselves."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent.parent / "web"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",  # the talk page listens
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # asked again each time, answered with 304: an upgrade shows at once
}


class _Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


def install(app: FastAPI) -> None:
    """Serve the console at ``/`` and its assets below ``/console``."""
    app.mount("/console", _Assets(directory=FOLDER), name="console")

    @app.get("/", include_in_schema=False)
    async def console() -> FileResponse:  # pyright: ignore[reportUnusedFunction] - FastAPI calls it
        return FileResponse(FOLDER / "index.html", headers=HEADERS)
