"""Graph values as JSON bytes, in the shapes that LangGraph's clients expect."""

from collections.abc import Mapping
from typing import Any, cast

import orjson
from pydantic import BaseModel

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY


def to_json(value: object) -> bytes:
    """A value as JSON.

    Messages, other pydantic models and mappings become objects; sets and tuples become arrays.

    Raises:
        TypeError: For a value that JSON cannot carry.
    """
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def to_json_or_text(value: object) -> bytes:
    """A value as JSON, in which the text of an object stands for one that JSON cannot carry."""
    return orjson.dumps(value, default=_plain_or_text, option=_OPTIONS)


def _plain_or_text(value: object) -> Any:
    try:
        return _plain(value)
    except TypeError:
        return str(value)


def _plain(value: object) -> Any:
    match value:
        case BaseModel():
            return value.model_dump()
        case Mapping():
            return dict(cast("Mapping[Any, Any]", value))
        case set() | frozenset():
            return list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - any elements
        case BaseException():
            return {"error": type(value).__name__, "message": str(value)}
        case _:
            raise TypeError  # orjson names the type
