"""What every graph does with an input before it reads it: hold it against its model, and store its text."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from graphs.errors import explain_invalid
from tools.errors import InvalidInput

M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], values: object) -> M:
    """A graph's input as its model has it; None counts as not given.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    if not isinstance(values, Mapping):
        raise InvalidInput(
            f"the input must be an object, not {type(values).__name__}",
            hint=f"Its fields are: {', '.join(model.model_fields)}.",
        )
    given = cast("Mapping[str, Any]", values)
    try:
        return model.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        raise explain_invalid(error, model) from None


def object_of(value: object) -> Mapping[str, object]:
    """An answer from outside as an object; an empty one where it is none."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def utf8(text: str) -> bytes:
    """A text's bytes.

    Raises:
        InvalidInput: "invalid_text": JSON can bring text that no encoding can store.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            "the text holds half of a surrogate pair, which no encoding can store",
            hint="Send it as UTF-8, each emoji and rare character whole.",
            code="invalid_text",
        ) from None
