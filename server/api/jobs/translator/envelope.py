"""The envelope of every answer: ``{success, message, data, timestamp}``, or that of an error."""

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from server.api.body import JsonRoute
from server.api.errors import ErrorBody
from server.api.jobs.enveloped import Handle, telling
from server.api.langgraph.answers import json_answer
from server.db.models import now


class Failure(BaseModel):
    """What every error of this contract says."""

    error: str  #: What happened.
    code: str
    details: str  #: What to do about it.
    timestamp: str


#: What its routes say of their errors; who is not known is told so in this service's own form.
FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure | ErrorBody} for status in (422, "4XX", "5XX")
}


def success(data: object, message: str = "OK", *, status: int = 200) -> Response:
    """What came of a request."""
    body = {"success": True, "message": message, "data": data, "timestamp": now().isoformat()}
    response = json_answer(body)
    response.status_code = status
    return response


def failure(status: int, message: str, code: str, details: str = "") -> JSONResponse:
    """Why nothing came of it."""
    body = {"error": message, "code": code.upper(), "details": details, "timestamp": now().isoformat()}
    return JSONResponse(body, status)


class FormRoute(APIRoute):
    """A route whose failures are told in the old envelope; a body that is wrong is 400, as it was."""

    def get_route_handler(self) -> Handle:
        return _telling(super().get_route_handler())


class EnvelopeRoute(JsonRoute):
    """As FormRoute, with a body of JSON."""

    def get_route_handler(self) -> Handle:
        return _telling(super().get_route_handler())


def _telling(handle: Handle) -> Handle:
    within = telling(handle, failure)

    async def told(request: Request) -> Response:
        try:
            return await within(request)
        except HTTPException as error:
            return failure(error.status_code, str(error.detail), HTTPStatus(error.status_code).name)

    return told
