"""The envelope of every answer: ``{success, data}``, or ``{error: {message, code, details}}``."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from server.api.body import JsonRoute
from server.api.errors import BY_CODE, STATUS, ErrorBody
from server.api.langgraph.answers import json_answer
from tools.errors import ErrorCategory, ServiceError


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

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


def success(data: object, *, status: int = 200) -> Response:
    """What came of a request."""
    response = json_answer({"success": True, "data": data})
    response.status_code = status
    return response


class FormRoute(APIRoute):
    """A route whose failures are told in the old envelope; what is wrong with a request is 400, as it was."""

    def get_route_handler(self) -> Handle:
        return _telling(super().get_route_handler())


class EnvelopeRoute(JsonRoute):
    """As FormRoute, with a body of JSON."""

    def get_route_handler(self) -> Handle:
        return _telling(super().get_route_handler())


def _telling(handle: Handle) -> Handle:
    async def told(request: Request) -> Response:
        try:
            return await handle(request)
        except ServiceError as error:
            status = BY_CODE.get(error.code, STATUS[error.category])
            if error.category is ErrorCategory.INVALID_INPUT and error.code not in BY_CODE:
                status = 400
            response = _failure(status, error.message, error.code, error.hint)
            if error.retry_after is not None:
                response.headers["Retry-After"] = str(error.retry_after)
            return response
        except RequestValidationError as error:
            told = "; ".join(
                f"{'.'.join(str(part) for part in detail['loc'][1:]) or 'body'}: {detail['msg']}"
                for detail in error.errors()
            )
            return _failure(400, told, "validation_error", "Correct the fields that are named.")

    return told


def _failure(status: int, message: str, code: str, details: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "code": code.upper(), "details": details}}, status)
