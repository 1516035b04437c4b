"""What a provider's failure means."""

import sys
from collections.abc import Mapping
from types import ModuleType

import anthropic
import httpx2
import openai
import pytest

from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError, ModelRefused, ModelUnavailable
from tools.llm.failures import check_finish, explain, explain_code, retry_after_seconds, transport_errors


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


def _claude_error(status: int, kind: str, message: str) -> anthropic.APIStatusError:
    request = httpx2.Request("POST", "http://127.0.0.1/v1/messages")
    body = {"type": "error", "error": {"type": kind, "message": message}}
    response = httpx2.Response(status, request=request)
    return anthropic.APIStatusError("no", response=response, body=body)


@pytest.mark.parametrize(
    ("status", "kind", "message", "category"),
    [
        pytest.param(200, "overloaded_error", "", ErrorCategory.CONNECTIVITY, id="within a stream"),
        pytest.param(200, "rate_limit_error", "", ErrorCategory.RATE_LIMIT, id="limit within a stream"),
        pytest.param(402, "billing_error", "", ErrorCategory.QUOTA, id="unpaid"),
        pytest.param(
            400, "invalid_request_error", "Your credit balance is too low", ErrorCategory.QUOTA, id="used up"
        ),
        pytest.param(
            400,
            "invalid_request_error",
            "Output blocked by content filtering policy",
            ErrorCategory.CONTENT_FILTER,
            id="filter",
        ),
        pytest.param(400, "invalid_request_error", "no", ErrorCategory.INVALID_INPUT, id="bad request"),
        pytest.param(413, "request_too_large", "", ErrorCategory.TOO_LARGE, id="too large"),
    ],
)
def test_what_claude_says_has_a_category(
    status: int, kind: str, message: str, category: ErrorCategory
) -> None:
    assert explain(_claude_error(status, kind, message)).category is category


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("Arrearage", ErrorCategory.QUOTA),
        ("DataInspectionFailed", ErrorCategory.CONTENT_FILTER),
        ("InvalidApiKey", ErrorCategory.AUTHENTICATION),
        ("InternalError", ErrorCategory.CONNECTIVITY),
    ],
)
def test_code_of_a_websocket_has_a_category(code: str, category: ErrorCategory) -> None:
    explained = explain_code(code, "no")

    assert explained.category is category
    assert "no" in explained.message


def test_call_of_a_tool_ends_an_answer_only_where_there_are_tools() -> None:
    check_finish("tool_calls", may_call=True)
    with pytest.raises(ModelAnswerInvalid):
        check_finish("tool_calls")


def test_long_page_of_a_proxy_is_passed_on_in_part() -> None:
    request = httpx2.Request("POST", "http://127.0.0.1")
    response = httpx2.Response(502, request=request, content=b"<html>" + b"x" * 10_000)

    explained = explain(httpx2.HTTPStatusError("no", request=request, response=response))

    assert len(explained.message) < 1000


def test_a_failure_while_another_call_loads_the_client_for_claude_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", ModuleType("anthropic"))  # as it is halfway through

    assert TimeoutError in transport_errors()
    assert isinstance(explain(TimeoutError()), ModelUnavailable)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("InvalidParameter.Voice", ErrorCategory.INVALID_INPUT),
        ("Throttling.RateQuota", ErrorCategory.RATE_LIMIT),
        ("InvalidFile.DownloadFailed", ErrorCategory.INVALID_INPUT),
    ],
)
def test_kinds_of_dashscopes_codes_are_known_by_their_first_part(code: str, category: ErrorCategory) -> None:
    assert explain_code(code, "no").category is category
