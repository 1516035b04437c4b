"""Failures that belong to graphs rather than to a tool."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tools.errors import InvalidInput, ServiceError

M = TypeVar("M", bound=BaseModel)


class GraphError(ServiceError):
    """A graph cannot go on, although every tool did its work."""

    code = "graph_error"


def validated(model: type[M], values: object, allowed: dict[str, list[str]]) -> M:
    """A graph's input as its model has it; None counts as not given.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    if not isinstance(values, Mapping):
        raise InvalidInput(
            f"the input must be an object, not {type(values).__name__}",
            hint=f"Its fields are: {', '.join(allowed[''])}.",
        )
    given = cast("Mapping[str, Any]", values)
    try:
        return model.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        raise explain_invalid(error, allowed) from None


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
