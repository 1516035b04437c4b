"""Rows of the store. Namespaces come as they are kept: see server/store/namespaces.py."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, tuple_
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.db.containment import contains
from server.db.models import StoreItem, StoreVector
from server.db.upserting import dialect_of, insert_into

_PAGE = 500  # rows that a search looks at in one step


class Range(NamedTuple):
    """Namespaces from one to, but not including, another; None for no end."""

    first: str = ""
    end: str | None = None


class Place(NamedTuple):
    """Where a document is."""

    namespace: str
    key: str


async def get(session: AsyncSession, place: Place, moment: datetime) -> StoreItem | None:
    """A document, unless it has expired."""
    query = select(StoreItem).where(
        col(StoreItem.namespace) == place.namespace, col(StoreItem.key) == place.key, _lives(moment)
    )
    return (await session.exec(query)).first()


async def search(
    session: AsyncSession,
    where: Range,
    moment: datetime,
    *,
    hint: dict[str, Any],
    fits: Callable[[StoreItem], bool] | None,
    start: int = 0,
    count: int | None = None,
) -> list[StoreItem]:
    """Documents that have not expired, in the order in which they were made.

    Args:
        hint: Strings that every document has that fits.
        fits: Whether one is wanted; None for all.
        start: How many to leave out.
        count: How many to return at most.
    """
    query = select(StoreItem).where(_within(where, col(StoreItem.namespace)), _lives(moment))
    if hint:
        query = query.where(contains(col(StoreItem.value), hint))
    query = query.order_by(col(StoreItem.created_at), col(StoreItem.namespace), col(StoreItem.key))
    if fits is None:
        return list((await session.exec(query.offset(start).limit(count))).all())
    found: list[StoreItem] = []
    async with aclosing(_pages(session, query)) as items:
        async for item in items:
            if fits(item):
                found.append(item)
            if count is not None and len(found) >= start + count:
                break
    return found[start:]


async def _pages(session: AsyncSession, query: SelectOfScalar[StoreItem]) -> AsyncGenerator[StoreItem]:
    start = 0
    while page := (await session.exec(query.offset(start).limit(_PAGE))).all():
        for item in page:
            yield item
        start += len(page)


async def vectors(session: AsyncSession, where: Range) -> list[StoreVector]:
    """The embeddings of documents."""
    query = select(StoreVector).where(_within(where, col(StoreVector.namespace)))
    return list((await session.exec(query)).all())


async def namespaces(session: AsyncSession, where: Range, moment: datetime) -> list[str]:
    """Namespaces that hold documents."""
    query = select(StoreItem.namespace).where(_within(where, col(StoreItem.namespace)), _lives(moment))
    return list((await session.exec(query.distinct())).all())


async def put(session: AsyncSession, item: StoreItem, embedded: Sequence[StoreVector]) -> None:
    """Keep a document; one that is there keeps the time at which it was made."""
    row = item.model_dump()
    kept = {name: row[name] for name in ("value", "updated_at", "ttl_minutes", "expires_at")}
    statement = insert_into(dialect_of(session), StoreItem).values(row)
    statement = statement.on_conflict_do_update(index_elements=["namespace", "key"], set_=kept)
    await session.exec(statement)
    vector = delete(StoreVector).where(
        col(StoreVector.namespace) == item.namespace, col(StoreVector.key) == item.key
    )
    await session.exec(vector)
    session.add_all(embedded)
    await session.flush()


async def remove(session: AsyncSession, place: Place) -> None:
    """Remove a document, if it is there."""
    of_place = col(StoreItem.namespace) == place.namespace, col(StoreItem.key) == place.key
    await session.exec(delete(StoreItem).where(*of_place))


async def renew(session: AsyncSession, places: Sequence[Place], moment: datetime) -> None:
    """Let the TTLs of documents begin again."""
    query = select(StoreItem).where(
        tuple_(col(StoreItem.namespace), col(StoreItem.key)).in_(places), _lives(moment)
    )
    for item in (await session.exec(query.with_for_update())).all():
        if item.ttl_minutes is not None:
            item.expires_at = moment + timedelta(minutes=item.ttl_minutes)
            session.add(item)


async def remove_expired(session: AsyncSession, moment: datetime) -> int:
    """Remove what has expired; returns how many documents."""
    result: Any = await session.exec(delete(StoreItem).where(col(StoreItem.expires_at) <= moment))
    return int(result.rowcount)


def _lives(moment: datetime) -> ColumnElement[bool]:
    return or_(col(StoreItem.expires_at).is_(None), col(StoreItem.expires_at) > moment)


def _within(where: Range, column: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column >= where.first
    return condition if where.end is None else condition & (column < where.end)
