"""The envelope of every answer: ``{success, data}``, or ``{error: {message, code, details}}``."""

from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from server.api.body import JsonRoute
from server.api.errors import ErrorBody
from server.api.jobs.enveloped import Handle, telling
from server.api.langgraph.answers import json_answer


class Problem(BaseModel):
    """What went wrong."""

    message: str
    code: str  #: In capitals, as the old clients compare it.
    details: str  #: What to do about it.


class Failure(BaseModel):
    """What every error of this contract says."""

    error: Problem


#: What its routes say of their errors; who is not known is told so in this service's own form.
FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure | ErrorBody} for status in (422, "4XX", "5XX")
}


def success(data: object, *, status: int = 200) -> Response:
    """What came of a request."""
    response = json_answer({"success": True, "data": data})
    response.status_code = status
    return response


class FormRoute(APIRoute):
    """A route whose failures are told in the old envelope; what is wrong with a request is 400, as it was."""

    def get_route_handler(self) -> Handle:
        return telling(super().get_route_handler(), _failure)


class EnvelopeRoute(JsonRoute):
    """As FormRoute, with a body of JSON."""

    def get_route_handler(self) -> Handle:
        return telling(super().get_route_handler(), _failure)


def _failure(status: int, message: str, code: str, details: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "code": code.upper(), "details": details}}, status)
