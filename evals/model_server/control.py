"""Reading the log and changing answers and faults over HTTP, in the midst of a test."""

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evals.model_server.answers import Answers
from evals.model_server.faults import Faults
from evals.model_server.pace import Pace
from evals.model_server.server import ModelServer


def routes(server: ModelServer) -> list[Route]:
    """``/_log``, ``/_faults``, ``/_answers``, ``/_pace`` and ``/_files``."""

    async def log(request: Request) -> Response:
        if request.method == "DELETE":
            server.log.clear()
            return Response(status_code=204)
        return _json(server.log.as_json())

    async def file(request: Request) -> Response:
        content = server.memory.files.get(request.path_params["name"])
        return Response(status_code=404) if content is None else Response(content)

    return [
        Route("/_log", log, methods=["GET", "DELETE"]),
        Route("/_files/{name}", file),
        Route("/_faults", _setter(server, "faults", Faults.read), methods=["POST"]),
        Route("/_answers", _setter(server, "answers", Answers.read), methods=["POST"]),
        Route("/_pace", _setter(server, "pace", lambda values: Pace(**values)), methods=["POST"]),
    ]


def _setter(server: ModelServer, name: str, read: Callable[[dict[str, Any]], object]) -> Any:
    async def set_part(request: Request) -> Response:
        try:
            part = read(orjson.loads(await request.body()))
        except (ValueError, TypeError) as error:
            return _json({"error": str(error)}, 422)
        setattr(server, name, part)
        return Response(status_code=204)

    return set_part


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
