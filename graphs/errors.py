"""Failures that belong to graphs rather than to a tool."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tools.errors import InvalidInput, ServiceError


class GraphError(ServiceError):
    """A graph cannot go on, although every tool did its work."""

    code = "graph_error"


def explain_invalid(error: ValidationError, allowed: dict[str, list[str]]) -> InvalidInput:
    """One message for everything that is wrong with a graph's input.

    Args:
        error: What validation found.
        allowed: The names allowed at each place, "" being the input itself.
    """
    details = error.errors(include_url=False)
    message = "; ".join(_explain(detail) for detail in details)
    places = dict.fromkeys(_place(detail) for detail in details if detail["type"] == "extra_forbidden")
    hints = [f"Allowed in {place or 'the input'}: {', '.join(allowed[place])}." for place in places]
    code = "unknown_option" if places else "invalid_input"
    return InvalidInput(message, hint=" ".join(hints), code=code)


def _place(detail: ErrorDetails) -> str:
    return ".".join(str(part) for part in detail["loc"][:-1])


def _explain(detail: ErrorDetails) -> str:
    name = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"unknown option {name!r}"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{name}: {message} (got {_shown(detail['input'])})" if name else message


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."
