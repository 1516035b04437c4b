"""What a provider's failure means: one table from exceptions to this service's errors."""

import json
from email.utils import parsedate_to_datetime
from time import time

import httpx2
import openai

from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError, ModelRefused, ModelUnavailable

_STATUS_CATEGORIES = {
    401: ErrorCategory.AUTHENTICATION,
    402: ErrorCategory.QUOTA,
    403: ErrorCategory.AUTHENTICATION,
    404: ErrorCategory.NOT_FOUND,
    408: ErrorCategory.CONNECTIVITY,
    409: ErrorCategory.CONNECTIVITY,
    429: ErrorCategory.RATE_LIMIT,
}
# Codes that providers put into the body; DashScope reports its content filter with status 400.
_CODE_CATEGORIES = {
    "insufficient_quota": ErrorCategory.QUOTA,
    "Arrearage": ErrorCategory.QUOTA,
    "content_filter": ErrorCategory.CONTENT_FILTER,
    "content_policy_violation": ErrorCategory.CONTENT_FILTER,
    "data_inspection_failed": ErrorCategory.CONTENT_FILTER,
    "DataInspectionFailed": ErrorCategory.CONTENT_FILTER,
}
_HINTS = {
    ErrorCategory.AUTHENTICATION: "Check the key and what it may use; at DashScope also its region and plan.",
    ErrorCategory.QUOTA: "The account is unpaid or used up; top it up at the provider.",
    ErrorCategory.NOT_FOUND: "Check the model's name (PRIMARY_MODEL) and the provider's base URL.",
    ErrorCategory.CONTENT_FILTER: "The provider's content filter objects to this part of the text.",
}

#: Everything that a streamed call through the OpenAI client can raise when the far side misbehaves. The
#: client wraps failures of the request; those of a stream under way come as the transport raises them.
TRANSPORT_ERRORS: tuple[type[Exception], ...] = (
    openai.OpenAIError,
    httpx2.HTTPError,
    json.JSONDecodeError,
    TimeoutError,
    OSError,
)


def explain(error: Exception) -> ModelError:
    """The service's error for what a call to a model raised."""
    if isinstance(error, ModelError):
        return error
    if isinstance(error, openai.APIStatusError):
        return _explain_status(error)
    what = str(error) or type(error).__name__
    return ModelUnavailable(f"the model did not answer: {what}")


def retry_after_seconds(error: Exception) -> float | None:
    """How long the provider asked to wait (``Retry-After``: seconds or a date), if it did."""
    if not isinstance(error, openai.APIStatusError):
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


def check_finish(reason: str | None) -> None:
    """Accept an answer only when the model says that it ended of itself.

    A stream that breaks off raises nothing: the missing reason is its only sign.

    Raises:
        ModelUnavailable: The answer broke off.
        ModelAnswerInvalid: It ran into the length limit.
        ModelRefused: A content filter stopped it.
    """
    if reason in ("stop", "eos", "end_turn"):
        return
    if reason == "length":
        raise ModelAnswerInvalid("the model's answer was cut at its length limit", code="model_answer_cut")
    if reason == "content_filter":
        raise ModelRefused(
            "the provider's content filter stopped the answer",
            hint=_HINTS[ErrorCategory.CONTENT_FILTER],
            category=ErrorCategory.CONTENT_FILTER,
        )
    if reason is None:
        raise ModelUnavailable("the model's answer broke off")
    raise ModelAnswerInvalid(f"the model's answer ended for an unknown reason: {reason!r}")


def _explain_status(error: openai.APIStatusError) -> ModelError:
    status = error.status_code
    category = _CODE_CATEGORIES.get(error.code or "") or _STATUS_CATEGORIES.get(status)
    if category is None:
        category = ErrorCategory.CONNECTIVITY if status >= 500 else ErrorCategory.INVALID_INPUT
    message = f"the model's server answered {status}: {error.message}"
    if category in (ErrorCategory.RATE_LIMIT, ErrorCategory.CONNECTIVITY):
        return ModelUnavailable(message, category=category)
    return ModelRefused(message, hint=_HINTS.get(category, ""), category=category)
