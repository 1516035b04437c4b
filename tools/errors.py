"""Every failure that the service can explain to a caller.

ServiceError
├── InvalidInput            the caller must change the request
│   ├── InputTooLarge
│   └── UnsupportedLanguage
├── BadRequest              a graph cannot do what was asked of it
├── NotFound                no such thing, or not yours
├── Unauthenticated         nobody knows who asks
├── Forbidden               who asks may not do this
├── Conflict                the thing is in a state that forbids this
├── Unavailable             a part that we depend on does not answer
├── ProcessFailed           a program that we started did not do its work
├── BudgetSpent             what was set aside for model calls is used up, or will not do
└── ModelError              a language model call failed
    ├── ModelUnavailable    worth a retry: rate limit, 5xx, time-out, broken connection
    ├── ModelRefused        never worth a retry: bad key, unpaid account, content filter
    └── ModelAnswerInvalid  an answer that does not fit its schema, or was cut short

These classes know no HTTP: server/api/errors.py gives each category its status.
"""

from enum import StrEnum


class ErrorCategory(StrEnum):
    """What kind of failure it is; retry decisions read this, never the provider."""

    INVALID_INPUT = "invalid_input"  #: The request is wrong; the same request fails again.
    BAD_REQUEST = "bad_request"  #: The request is well formed and asks for what cannot be done.
    TOO_LARGE = "too_large"  #: The request exceeds a limit.
    NOT_FOUND = "not_found"  #: No such thing, or it is not the caller's.
    UNAUTHENTICATED = "unauthenticated"  #: Who asks has not proved who they are.
    FORBIDDEN = "forbidden"  #: Who asks is known, and may not.
    CONFLICT = "conflict"  #: The thing is in a state that forbids this.
    AUTHENTICATION = "authentication"  #: A provider rejected our credentials.
    CONTENT_FILTER = "content_filter"  #: A provider refused the content.
    QUOTA = "quota"  #: A provider's account is unpaid or used up.
    BUDGET = "budget"  #: Our own limit on what model calls may consume.
    RATE_LIMIT = "rate_limit"  #: Too many requests; the same request may pass later.
    CONNECTIVITY = "connectivity"  #: Nobody answered, the answer broke off, or the far side failed.
    INVALID_ANSWER = "invalid_answer"  #: A model answered outside its schema.

    @property
    def is_permanent(self) -> bool:
        """Whether repeating the same call is pointless."""
        return self not in _WORTH_A_RETRY


_WORTH_A_RETRY = {ErrorCategory.RATE_LIMIT, ErrorCategory.CONNECTIVITY, ErrorCategory.INVALID_ANSWER}


class ServiceError(Exception):
    """Base of all explained failures.

    Args:
        message: What happened, with the offending value.
        hint: What the caller can do about it.
        code: A stable, searchable name of this failure; defaults to the class's.
        category: The kind of failure; defaults to the class's.
        retry_after: Seconds after which the same call may pass; None when nobody knows.
    """

    code: str = "service_error"
    category: ErrorCategory = ErrorCategory.CONNECTIVITY

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str | None = None,
        category: ErrorCategory | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code
        self.category = category or type(self).category
        self.retry_after = retry_after


class InvalidInput(ServiceError):
    """The request cannot be served as it is; nothing was done."""

    code = "invalid_input"
    category = ErrorCategory.INVALID_INPUT


class BadRequest(ServiceError):
    """The request is well formed, but what it asks for cannot be done; nothing was done."""

    code = "bad_request"
    category = ErrorCategory.BAD_REQUEST


class InputTooLarge(InvalidInput):
    """The input exceeds a limit that the message names."""

    code = "input_too_large"
    category = ErrorCategory.TOO_LARGE


class UnsupportedLanguage(InvalidInput):
    """The text is in a language that this job cannot read."""

    code = "unsupported_language"


class NotFound(ServiceError):
    """There is no such thing, or it is not the caller's."""

    code = "not_found"
    category = ErrorCategory.NOT_FOUND


class Unauthenticated(ServiceError):
    """Who asks has not proved who they are."""

    code = "unauthenticated"
    category = ErrorCategory.UNAUTHENTICATED


class Forbidden(ServiceError):
    """Who asks is known, and may not do this."""

    code = "forbidden"
    category = ErrorCategory.FORBIDDEN


class Conflict(ServiceError):
    """The thing exists in a state that forbids what was asked."""

    code = "conflict"
    category = ErrorCategory.CONFLICT


class Unavailable(ServiceError):
    """A part that the service depends on does not answer."""

    code = "unavailable"
    category = ErrorCategory.CONNECTIVITY


class ProcessFailed(ServiceError):
    """A program that was started is missing, failed, took too long or wrote too much."""

    code = "process_failed"
    category = ErrorCategory.INVALID_INPUT


class BudgetSpent(ServiceError):
    """The budget of the run, or of its user, ends here; what was done is kept."""

    code = "budget_spent"
    category = ErrorCategory.BUDGET


class ModelError(ServiceError):
    """A language model call failed."""

    code = "model_error"


class ModelUnavailable(ModelError):
    """The model did not answer; a later call may succeed."""

    code = "model_unavailable"
    category = ErrorCategory.CONNECTIVITY


class ModelRefused(ModelError):
    """The provider will not answer this call, however often it is asked."""

    code = "model_refused"
    category = ErrorCategory.AUTHENTICATION


class ModelAnswerInvalid(ModelError):
    """The model's answer does not fit its schema, or broke off."""

    code = "model_answer_invalid"
    category = ErrorCategory.INVALID_ANSWER
