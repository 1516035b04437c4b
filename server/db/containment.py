"""Whether a JSON column contains given values, in SQL: PostgreSQL's ``@>``, and the same on SQLite."""

import json
from typing import Any, cast

from sqlalchemy import Boolean, ColumnElement, FunctionElement, literal
from sqlalchemy.ext.compiler import compiles


def holds(whole: Any, part: Any) -> bool:
    """Whether a JSON value contains another: of objects some keys, of arrays some elements in any order."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and holds(whole[key], value) for key, value in cast("dict[str, Any]", part).items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and all(
            any(holds(element, wanted) for element in cast("list[Any]", whole))
            for wanted in cast("list[Any]", part)
        )
    return whole == part and isinstance(whole, bool) == isinstance(part, bool)


def contains(column: Any, part: dict[str, Any]) -> ColumnElement[bool]:
    """The condition that a JSON column holds all of this."""
    return _Contains(column, literal(json.dumps(part)))


def holds_text(whole: str | None, part: str) -> bool:
    """``holds`` for JSON as text: what SQLite calls as the function ``json_holds``."""
    return whole is not None and holds(json.loads(whole), json.loads(part))


class _Contains(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    name = "json_holds"


@compiles(_Contains, "postgresql")
def _on_postgresql(element: _Contains, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction] - SQLAlchemy calls it
    column, part = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({column} AS JSONB) @> CAST(CAST({part} AS TEXT) AS JSONB))"


@compiles(_Contains, "sqlite")
def _on_sqlite(element: _Contains, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction] - SQLAlchemy calls it
    column, part = (compiler.process(clause, **options) for clause in element.clauses)
    return f"json_holds({column}, {part})"
