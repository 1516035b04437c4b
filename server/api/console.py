"""The console: static files with a policy that lets them run nothing but themselves."""

import gzip
import os
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.datastructures import Headers
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
    """Files, packed for whoever takes gzip: text shrinks to less than a third."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS | {"Vary": "Accept-Encoding"})
        return response

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_packed = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        if not is_packed or not isinstance(response, FileResponse) or scope["method"] != "GET":
            return response
        kept = {name: response.headers[name] for name in ("content-type", "last-modified")}
        # Weak: the same words in other bytes. A question whether it is still so matches either form.
        marks = {"ETag": f"W/{response.headers['etag']}", "Content-Encoding": "gzip"}
        return Response(_packed(os.fspath(full_path), stat_result.st_mtime_ns), headers=kept | marks)


@lru_cache(maxsize=256)
def _packed(path: str, _changed: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), mtime=0)


def install(app: FastAPI) -> None:
    """Serve the console at ``/`` and its assets below ``/console``."""
    app.mount("/console", _Assets(directory=FOLDER), name="console")

    @app.get("/", include_in_schema=False)
    async def console() -> FileResponse:  # pyright: ignore[reportUnusedFunction] - FastAPI calls it
        return FileResponse(FOLDER / "index.html", headers=HEADERS)
