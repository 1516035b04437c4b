"""The envelope of every answer: ``{success, message, data, timestamp}``, or that of an error."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from server.api.body import JsonRoute
from server.api.errors import BY_CODE, STATUS, ErrorBody
from server.api.langgraph.answers import json_answer
from server.db.models import now
from tools.errors import ErrorCategory, ServiceError


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


Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class FormRoute(APIRoute):
    """A route whose failures are told in the old envelope; a body that is wrong is 400, as it was."""

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
            return _of_service(error)
        except RequestValidationError as error:
            fields = [".".join(str(part) for part in detail["loc"][1:]) for detail in error.errors()]
            reasons = [str(detail["msg"]) for detail in error.errors()]
            said = "; ".join(f"{name or 'body'}: {why}" for name, why in zip(fields, reasons, strict=True))
            return failure(400, said, "validation_error", "Correct the fields that are named.")
        except HTTPException as error:
            return failure(error.status_code, str(error.detail), HTTPStatus(error.status_code).name)

    return told


def _of_service(error: ServiceError) -> Response:
    status = BY_CODE.get(error.code, STATUS[error.category])
    if error.category is ErrorCategory.INVALID_INPUT and status == STATUS[ErrorCategory.INVALID_INPUT]:
        status = 400
    response = failure(status, error.message, error.code, error.hint)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
