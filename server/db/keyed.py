"""Rows by their keys."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import bindparam, inspect
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

Row = TypeVar("Row", bound=SQLModel)


async def row_of(
    session: AsyncSession, model: type[Row], key: str, *, lock: bool = False, options: Mapping[str, Any] = {}
) -> Row | None:
    """The row with this key; None when there is none.

    As the session's own ``get``, which composes its query anew each time: that takes longer than the answer.

    Args:
        model: Of a table whose key is one column.
        lock: Read it anew, and let nobody else change it until this transaction ends.
        options: Execution options of the query.
    """
    query = _query(cast("Any", model), lock)
    found = cast("Any", await session.exec(query, params={"key": key}, execution_options=options))
    return cast("Row | None", found.first())


@cache
def _query(model: Any, lock: bool) -> Any:
    (column,) = inspect(model).primary_key
    query = select(model).where(column == bindparam("key"))
    return query.with_for_update().execution_options(populate_existing=True) if lock else query
