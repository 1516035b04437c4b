"""From an explained failure to its HTTP status and body, in one place.

The body is ``{"detail": message, "error": code, "hint": what to do}``: ``detail`` is what LangGraph's clients
read, the rest is for people and programs that want to act on it.
"""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from server import logs
from tools.errors import ErrorCategory, ServiceError

logger = logging.getLogger(__name__)

STATUS = {
    ErrorCategory.INVALID_INPUT: 422,
    ErrorCategory.BAD_REQUEST: 400,
    ErrorCategory.TOO_LARGE: 413,
    ErrorCategory.NOT_FOUND: 404,
    ErrorCategory.UNAUTHENTICATED: 401,
    ErrorCategory.FORBIDDEN: 403,
    ErrorCategory.CONFLICT: 409,
    ErrorCategory.RATE_LIMIT: 429,
    ErrorCategory.CONNECTIVITY: 503,
    ErrorCategory.AUTHENTICATION: 502,
    ErrorCategory.CONTENT_FILTER: 502,
    ErrorCategory.QUOTA: 502,
    ErrorCategory.INVALID_ANSWER: 502,
    ErrorCategory.BUDGET: 402,
}
BY_CODE = {
    "factory_made_no_graph": 424,
    "file_type_refused": 415,
    # of tus
    "wrong_tus_version": 412,
    "wrong_part_type": 415,
    "invalid_header": 400,
    "upload_locked": 423,
    "checksum_mismatch": 460,
}  # where clients expect something more special than the category's


class ErrorBody(BaseModel):
    """What every error says."""

    detail: str  #: What happened.
    error: str  #: A stable, searchable name of it.
    hint: str = ""  #: What to do about it.


def install(app: FastAPI) -> None:
    """Answer every failure of this application in the one form."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in (RedisConnectionError, RedisTimeoutError, OperationalError, InterfaceError):
        app.add_exception_handler(kind, _unanswered)
    app.add_exception_handler(Exception, _unexpected)


def answer(status: int, message: str, code: str, hint: str = "") -> JSONResponse:
    """An error's response."""
    body = {"detail": message, "error": code} | ({"hint": hint} if hint else {})
    return JSONResponse(body, status)


async def _service_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)  # noqa: S101 - the handler is installed for this class
    status = BY_CODE.get(error.code, STATUS[error.category])
    response = answer(status, error.message, error.code, error.hint)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _unanswered(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s: %s", request.method, request.url.path, error)
    message = "A part of the service does not answer."
    return answer(503, message, "unavailable", "Try again; the server's log says which part it is.")


async def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is installed for this class
    if any(detail["type"] == "json_invalid" for detail in error.errors()):
        return answer(422, "Invalid JSON in request body", "invalid_json", "Send one JSON object in UTF-8.")
    problems = [_explain(detail) for detail in error.errors()]
    return answer(422, "; ".join(problems), "invalid_request", "Correct the fields named in detail.")


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is installed for this class
    response = answer(error.status_code, str(error.detail), "http_error")
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    name = logs.request_id.get() or ""
    response = answer(
        500,
        "Internal error",
        "internal_error",
        f"The server's log says more of request {name}; please report it.",
    )
    response.headers["X-Request-ID"] = name  # it is sent past the middleware that marks all others
    return response


def _explain(detail: dict[str, object]) -> str:
    place = detail["loc"]
    assert isinstance(place, tuple)  # noqa: S101 - pydantic's own form
    name = ".".join(str(part) for part in place[1:]) or "body"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return f"{name}: {str(detail['msg']).removeprefix('Value error, ')}"
