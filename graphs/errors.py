"""Failures that belong to graphs rather than to a tool."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tools.errors import InvalidInput, ServiceError


class GraphError(ServiceError):
    """A graph cannot go on, although every tool did its work."""

    code = "graph_error"


def explain_invalid(error: ValidationError, model: type[BaseModel]) -> InvalidInput:
    """One message for everything that is wrong with a graph's input.

    Args:
        error: What validation found.
        model: What the input was held against; it tells which names are allowed where.
    """
    details = error.errors(include_url=False)
    message = "; ".join(_explain(detail) for detail in details)
    places = dict.fromkeys(detail["loc"][:-1] for detail in details if detail["type"] == "extra_forbidden")
    hints = [f"Allowed in {_named(place)}: {', '.join(allowed_at(model, place))}." for place in places]
    code = "unknown_option" if places else "invalid_input"
    return InvalidInput(message, hint=" ".join(hints), code=code)


def allowed_at(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """The names of the fields that an object at a place of the input may have.

    Args:
        place: As Pydantic says where an error is: fields, and between them indices, keys, members of unions.
    """
    here = [model]
    for part in place:
        inside = [each.model_fields[part] for each in here if part in each.model_fields]
        if inside:
            here = [found for field in inside for found in _models_in(field.annotation)]
        else:  # an item of a list or mapping is of the same models; a member of a union is one of them
            here = [each for each in here if each.__name__ == part] or here
    return list(dict.fromkeys(name for each in here for name in each.model_fields))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _named(place: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in place) or "the input"


def _explain(detail: ErrorDetails) -> str:
    places = [str(part) for part in detail["loc"]]
    if detail["type"] == "extra_forbidden":
        return f"unknown option {'.'.join(places)!r}"
    name = ".".join(place for place in places if "[" not in place)  # a type, of several that may stand there
    message = detail["msg"].removeprefix("Value error, ")
    return f"{name}: {message} (got {_shown(detail['input'])})" if name else message


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."
