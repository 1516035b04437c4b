"""What a provider's failure means: one table from exceptions to this service's errors."""

import json
import re
import sys
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time
from typing import TYPE_CHECKING, TypeGuard, cast

import httpx2
from websockets.exceptions import InvalidStatus, WebSocketException

from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError, ModelRefused, ModelUnavailable

if TYPE_CHECKING:
    import anthropic
    import openai

_STATUS_CATEGORIES = {
    401: ErrorCategory.AUTHENTICATION,
    402: ErrorCategory.QUOTA,
    403: ErrorCategory.AUTHENTICATION,
    404: ErrorCategory.NOT_FOUND,
    408: ErrorCategory.CONNECTIVITY,
    409: ErrorCategory.CONNECTIVITY,
    413: ErrorCategory.TOO_LARGE,
    429: ErrorCategory.RATE_LIMIT,
}
# Codes that providers put into the body. They say more than the status: DashScope reports its content filter
# and an unpaid account with 400, and an error within a stream has the status 200.
_CODE_CATEGORIES = {
    "insufficient_quota": ErrorCategory.QUOTA,
    "insufficient_credits": ErrorCategory.QUOTA,
    "Arrearage": ErrorCategory.QUOTA,
    "billing_error": ErrorCategory.QUOTA,
    "content_filter": ErrorCategory.CONTENT_FILTER,
    "content_policy_violation": ErrorCategory.CONTENT_FILTER,
    "data_inspection_failed": ErrorCategory.CONTENT_FILTER,
    "DataInspectionFailed": ErrorCategory.CONTENT_FILTER,
    "context_length_exceeded": ErrorCategory.TOO_LARGE,
    "request_too_large": ErrorCategory.TOO_LARGE,
    "invalid_api_key": ErrorCategory.AUTHENTICATION,
    "InvalidApiKey": ErrorCategory.AUTHENTICATION,
    "authentication_error": ErrorCategory.AUTHENTICATION,
    "permission_error": ErrorCategory.AUTHENTICATION,
    "InvalidParameter": ErrorCategory.INVALID_INPUT,
    "InvalidFile": ErrorCategory.INVALID_INPUT,
    "Throttling": ErrorCategory.RATE_LIMIT,
    "FILE_DOWNLOAD_FAILED": ErrorCategory.INVALID_INPUT,
    "ModelNotFound": ErrorCategory.NOT_FOUND,
    "model_not_found": ErrorCategory.NOT_FOUND,
    "rate_limit_error": ErrorCategory.RATE_LIMIT,
    "rate_limit_exceeded": ErrorCategory.RATE_LIMIT,
}
# What providers say in words alone, under a code that stands for much else.
_MESSAGE_CATEGORIES = (
    (re.compile(r"content filtering policy", re.IGNORECASE), ErrorCategory.CONTENT_FILTER),
    (re.compile(r"credit balance is too low|API usage limits", re.IGNORECASE), ErrorCategory.QUOTA),
    (re.compile(r"prompt is too long|range of input length", re.IGNORECASE), ErrorCategory.TOO_LARGE),
)
_ENDS = ("stop", "eos", "end_turn", "stop_sequence")
_CALLS = ("tool_calls", "function_call", "tool_use")
_CUTS = ("length", "max_tokens", "model_context_window_exceeded")
_HINTS = {
    ErrorCategory.AUTHENTICATION: "Check the key and what it may use; at DashScope also its region and plan.",
    ErrorCategory.QUOTA: "The account is unpaid or used up; top it up at the provider.",
    ErrorCategory.NOT_FOUND: "Check the model's name and the provider's base URL.",
    ErrorCategory.CONTENT_FILTER: "The provider's content filter objects to this part of the text.",
    ErrorCategory.TOO_LARGE: "Send less at once, or use a model with a longer context.",
}
_LONGEST_MESSAGE = 500  # characters of what a server says that are passed on

_CLIENTS = ("openai", "anthropic")
_TRANSPORT_ERRORS: tuple[type[Exception], ...] = (
    httpx2.HTTPError,
    WebSocketException,
    json.JSONDecodeError,
    TimeoutError,
    OSError,
)


def transport_errors() -> tuple[type[Exception], ...]:
    """Everything that a call through the clients can raise when the far side misbehaves.

    They wrap failures of the request; those of a stream under way come as the transport raises them.
    """
    return *_TRANSPORT_ERRORS, *client_errors()


def client_errors() -> tuple[type[Exception], ...]:
    """What the clients that were used so far raise."""
    return *_loaded("openai", "OpenAIError"), *_loaded("anthropic", "AnthropicError")


def _loaded(client: str, name: str) -> tuple[type[Exception], ...]:
    """A class of a client, once that is loaded: which takes a second, and nothing can raise it before."""
    found = getattr(sys.modules.get(client), name, None)  # while it is being loaded, it lacks them still
    return () if found is None else (found,)


def _has_status(error: Exception) -> "TypeGuard[openai.APIStatusError | anthropic.APIStatusError]":
    return any(isinstance(error, _loaded(client, "APIStatusError")) for client in _CLIENTS)


def _has_body(error: Exception) -> "TypeGuard[openai.APIError | anthropic.APIError]":
    return any(isinstance(error, _loaded(client, "APIError")) for client in _CLIENTS)


def explain(error: Exception) -> ModelError:
    """The service's error for what a call to a model raised."""
    if isinstance(error, ModelError):
        return error
    if _has_status(error):
        return _explain(error.status_code, error.body)
    if _has_body(error) and error.body is not None:
        return _explain(None, error.body)  # an error within a stream
    if isinstance(error, httpx2.HTTPStatusError):
        return _explain(error.response.status_code, _parsed(error.response.content))
    if isinstance(error, InvalidStatus):
        return _explain(error.response.status_code, _parsed(error.response.body))
    what = str(error) or type(error).__name__
    return ModelUnavailable(f"the model did not answer: {what}")


def explain_code(code: str, message: str) -> ModelError:
    """The service's error for what a provider says on a WebSocket."""
    return _explain(None, {"code": code, "message": message})


def retry_after_seconds(error: Exception) -> float | None:
    """How long the provider asked to wait (``Retry-After``: seconds or a date), if it did."""
    if not (_has_status(error) or isinstance(error, httpx2.HTTPStatusError)):
        return None
    header = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except ValueError:
        return None


def check_finish(reason: str | None, *, may_call: bool = False) -> None:
    """Accept an answer only when the model says that it ended of itself.

    A stream that breaks off raises nothing: the missing reason is its only sign.

    Args:
        reason: What the provider says.
        may_call: The model was given tools, so that a call of one ends its answer.

    Raises:
        ModelUnavailable: The answer broke off.
        ModelAnswerInvalid: It ran into the length limit.
        ModelRefused: A content filter stopped it, or the model declined.
    """
    if reason in _ENDS or (may_call and reason in _CALLS):
        return
    if reason in _CUTS:
        raise ModelAnswerInvalid("the model's answer was cut at its length limit", code="model_answer_cut")
    if reason == "content_filter":
        raise ModelRefused(
            "the provider's content filter stopped the answer",
            hint=_HINTS[ErrorCategory.CONTENT_FILTER],
            category=ErrorCategory.CONTENT_FILTER,
        )
    if reason == "refusal":
        raise ModelRefused(
            "the model declined to answer",
            hint="The provider's safety classifier objects to this part of the text.",
            category=ErrorCategory.CONTENT_FILTER,
        )
    if reason is None:
        raise ModelUnavailable("the model's answer broke off")
    raise ModelAnswerInvalid(f"the model's answer ended for an unknown reason: {reason!r}")


def _explain(status: int | None, body: object) -> ModelError:
    codes, said = _details(body)
    category = _category(status, codes, said)
    server = "the model's server"
    message = f"{server} answered {status}" if status else f"{server} reported an error"
    if detail := said or ", ".join(codes):
        message = f"{message}: {detail}"
    if category in (ErrorCategory.RATE_LIMIT, ErrorCategory.CONNECTIVITY):
        return ModelUnavailable(message, category=category)
    return ModelRefused(message, hint=_HINTS.get(category, ""), category=category)


def _category(status: int | None, codes: list[str], said: str) -> ErrorCategory:
    for pattern, category in _MESSAGE_CATEGORIES:
        if pattern.search(said):
            return category
    for code in codes:
        for known in (code, code.partition(".")[0]):  # DashScope's have a part that says which of its kind
            if known in _CODE_CATEGORIES:
                return _CODE_CATEGORIES[known]
    if status in _STATUS_CATEGORIES:
        return _STATUS_CATEGORIES[status]
    is_refusal = status is not None and 400 <= status < 500
    return ErrorCategory.INVALID_INPUT if is_refusal else ErrorCategory.CONNECTIVITY


def _details(body: object) -> tuple[list[str], str]:
    """The codes and the message of an error, in whichever of the providers' forms it comes."""
    if not isinstance(body, Mapping):
        return [], body[:_LONGEST_MESSAGE] if isinstance(body, str) else ""
    fields = cast("Mapping[str, object]", body)
    if isinstance(inner := fields.get("error"), Mapping):
        fields = cast("Mapping[str, object]", inner)
    codes = [code for name in ("code", "type") if isinstance(code := fields.get(name), str)]
    message = fields.get("message")
    return codes, message[:_LONGEST_MESSAGE] if isinstance(message, str) else ""


def _parsed(body: bytes | bytearray | None) -> object:
    try:
        return json.loads(body or b"")
    except ValueError:
        return (body or b"").decode(errors="replace")
