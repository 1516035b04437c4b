"""Errors as each provider writes them."""

from dataclasses import dataclass
from enum import StrEnum

from evals.model_server.faults import Fault
from evals.model_server.question import Json


class Form(StrEnum):
    """Whose form an error has."""

    OPENAI = "openai"
    QWEN = "qwen"  #: DashScope's compatible mode: OpenAI's form with DashScope's codes.
    ANTHROPIC = "anthropic"
    DASHSCOPE = "dashscope"  #: Its native API.


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One error, with each provider's word for it."""

    status: int
    message: str
    openai: str
    anthropic: str
    dashscope: str
    dashscope_status: int | None = None  #: Where DashScope answers with another status.
    anthropic_status: int | None = None  #: Where Anthropic does.
    anthropic_message: str = ""  #: Where its words are all that tells the failure.
    html: str = ""  #: Sent in place of any form.

    def status_in(self, form: Form) -> int:
        """The HTTP status."""
        if form is Form.ANTHROPIC and self.anthropic_status:
            return self.anthropic_status
        is_dashscope = form in (Form.DASHSCOPE, Form.QWEN)
        return self.dashscope_status if is_dashscope and self.dashscope_status else self.status

    def body(self, form: Form) -> Json:
        """The error as JSON."""
        match form:
            case Form.ANTHROPIC:
                error = {"type": self.anthropic, "message": self.anthropic_message or self.message}
                return {"type": "error", "error": error, "request_id": "req_fault"}
            case Form.DASHSCOPE:
                return {"code": self.dashscope, "message": self.message, "request_id": "fault"}
            case Form.QWEN | Form.OPENAI:
                code = self.openai if form is Form.OPENAI else self.dashscope
                error = {"message": self.message, "type": code, "param": None, "code": code}
                return {"error": error} if form is Form.OPENAI else {"error": error, "request_id": "fault"}


def invalid(message: str, code: str = "invalid_request_error", status: int = 400) -> Failure:
    """A request that the server cannot take."""
    return Failure(
        status=status,
        message=message,
        openai=code,
        anthropic="invalid_request_error",
        dashscope="InvalidParameter",
    )


def no_answer(message: str) -> Failure:
    """A question to which the server was given no answer."""
    return Failure(
        status=400,
        message=message,
        openai="no_answer",
        anthropic="invalid_request_error",
        dashscope="no_answer",
    )


FAILURES = {
    Fault.RATE_LIMIT: Failure(
        status=429,
        message="Too many requests",
        openai="rate_limit_exceeded",
        anthropic="rate_limit_error",
        dashscope="Throttling.RateQuota",
    ),
    Fault.QUOTA: Failure(
        status=429,
        message="You exceeded your current quota, please check your plan and billing details.",
        openai="insufficient_quota",
        anthropic="invalid_request_error",
        dashscope="insufficient_quota",
        anthropic_status=400,
        anthropic_message="You have reached your specified API usage limits.",
    ),
    Fault.SERVER_ERROR: Failure(
        status=500,
        message="The server had an error",
        openai="server_error",
        anthropic="api_error",
        dashscope="InternalError",
    ),
    Fault.BAD_GATEWAY: Failure(
        status=502,
        message="Bad Gateway",
        openai="bad_gateway",
        anthropic="api_error",
        dashscope="BadGateway",
        html="<html><body><h1>502 Bad Gateway</h1></body></html>",
    ),
    Fault.UNAVAILABLE: Failure(
        status=503,
        message="The engine is overloaded",
        openai="overloaded",
        anthropic="api_error",
        dashscope="ModelUnavailable",
    ),
    Fault.OVERLOADED: Failure(
        status=529,
        message="Overloaded",
        openai="overloaded",
        anthropic="overloaded_error",
        dashscope="ModelUnavailable",
    ),
    Fault.BAD_KEY: Failure(
        status=401,
        message="Incorrect API key provided",
        openai="invalid_api_key",
        anthropic="authentication_error",
        dashscope="InvalidApiKey",
    ),
    Fault.ARREARS: Failure(
        status=402,
        message="Access denied, please make sure your account is in good standing.",
        openai="insufficient_credits",
        anthropic="billing_error",
        dashscope="Arrearage",
        dashscope_status=400,
    ),
    Fault.CONTENT_FILTER: Failure(
        status=400,
        message="Output data may contain inappropriate content.",
        openai="content_filter",
        anthropic="invalid_request_error",
        dashscope="DataInspectionFailed",
        anthropic_message="Output blocked by content filtering policy",
    ),
    Fault.CONTEXT_LENGTH: Failure(
        status=400,
        message="prompt is too long: range of input length should be [1, 129024]",
        openai="context_length_exceeded",
        anthropic="invalid_request_error",
        dashscope="InvalidParameter",
    ),
}
