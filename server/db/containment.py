"""Containment of JSON in JSON, as PostgreSQL's ``@>`` has it, for every database.

The databases differ in what equals what, so they only narrow the rows down; Python decides.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import ColumnElement
from sqlalchemy.orm.attributes import InstrumentedAttribute

_PLAIN = re.compile(r"[A-Za-z0-9_ -]{1,100}")  # keys that mean the same in every database's paths


def contains(whole: Any, part: Any) -> bool:
    """Whether a JSON value holds another: objects by their keys, arrays by their elements in any order."""
    if isinstance(part, dict):
        members = cast("dict[str, Any]", part)
        return isinstance(whole, dict) and all(
            key in whole and contains(whole[key], value) for key, value in members.items()
        )
    if isinstance(part, list):
        elements, theirs = cast("list[Any]", part), cast("list[Any]", whole)
        return isinstance(whole, list) and all(any(contains(it, e) for it in theirs) for e in elements)
    return whole == part and isinstance(whole, bool) == isinstance(part, bool)


def narrowing(column: InstrumentedAttribute[Any] | Any, part: dict[str, Any]) -> list[ColumnElement[bool]]:
    """Conditions that every row meets whose JSON column holds this object, and many others do not."""
    return [column[path].as_string() == text for path, text in _strings(part, ())]


def _strings(part: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in part.items():
        if not _PLAIN.fullmatch(key):
            continue
        if isinstance(value, str) and "\x00" not in value:
            yield (*above, key), value
        elif isinstance(value, dict):
            yield from _strings(cast("dict[str, Any]", value), (*above, key))
