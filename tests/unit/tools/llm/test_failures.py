"""What a provider's failure means."""

from collections.abc import Mapping

import httpx2
import openai
import pytest

from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError, ModelRefused, ModelUnavailable
from tools.llm.failures import check_finish, explain, retry_after_seconds


def _status_error(
    status: int, *, code: str | None = None, headers: Mapping[str, str] | None = None
) -> openai.APIStatusError:
    request = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    response = httpx2.Response(status, request=request, headers=dict(headers or {}))
    return openai.APIStatusError("no", response=response, body={"code": code})


@pytest.mark.parametrize(
    ("status", "code", "kind", "category"),
    [
        (401, None, ModelRefused, ErrorCategory.AUTHENTICATION),
        (402, None, ModelRefused, ErrorCategory.QUOTA),
        (403, None, ModelRefused, ErrorCategory.AUTHENTICATION),
        (404, None, ModelRefused, ErrorCategory.NOT_FOUND),
        (400, None, ModelRefused, ErrorCategory.INVALID_INPUT),
        (400, "data_inspection_failed", ModelRefused, ErrorCategory.CONTENT_FILTER),
        (429, "insufficient_quota", ModelRefused, ErrorCategory.QUOTA),
        (429, None, ModelUnavailable, ErrorCategory.RATE_LIMIT),
        (500, None, ModelUnavailable, ErrorCategory.CONNECTIVITY),
        (503, None, ModelUnavailable, ErrorCategory.CONNECTIVITY),
    ],
)
def test_status_has_a_category(
    status: int, code: str | None, kind: type[ModelError], category: ErrorCategory
) -> None:
    explained = explain(_status_error(status, code=code))

    assert (type(explained), explained.category) == (kind, category)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str, seconds: float | None) -> None:
    assert retry_after_seconds(_status_error(429, headers={"Retry-After": header})) == seconds


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (None, ModelUnavailable),
        ("length", ModelAnswerInvalid),
        ("content_filter", ModelRefused),
        ("tool_calls", ModelAnswerInvalid),
    ],
)
def test_answer_that_did_not_end_of_itself_is_refused(reason: str | None, kind: type[ModelError]) -> None:
    with pytest.raises(kind):
        check_finish(reason)


def test_answer_that_ended_of_itself_passes() -> None:
    check_finish("stop")
