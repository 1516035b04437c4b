"""What the envelopes of old contracts have in common: which failure has which status, and what it says."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from server.api.errors import BY_CODE, STATUS
from tools.errors import ErrorCategory, ServiceError

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
Failure = Callable[[int, str, str, str], Response]
"""An envelope of a failure: from its status, what happened, its code, what to do about it."""


def telling(handle: Handle, failure: Failure) -> Handle:
    """A handler whose failures come in an envelope; what is wrong with a request is 400, as it was."""

    async def told(request: Request) -> Response:
        try:
            return await handle(request)
        except ServiceError as error:
            status = BY_CODE.get(error.code, STATUS[error.category])
            is_invalid = error.category is ErrorCategory.INVALID_INPUT and error.code not in BY_CODE
            response = failure(400 if is_invalid else status, error.message, error.code, error.hint)
            if error.retry_after is not None:
                response.headers["Retry-After"] = str(error.retry_after)
            return response
        except RequestValidationError as error:
            if any(detail["type"] == "json_invalid" for detail in error.errors()):
                hint = "Send one JSON object in UTF-8."
                return failure(400, "body: it is no JSON that can be read", "validation_error", hint)
            fields = [".".join(str(part) for part in detail["loc"][1:]) for detail in error.errors()]
            reasons = [str(detail["msg"]) for detail in error.errors()]
            said = "; ".join(f"{name or 'body'}: {why}" for name, why in zip(fields, reasons, strict=True))
            return failure(400, said, "validation_error", "Correct the fields that are named.")

    return told
