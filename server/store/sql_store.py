"""LangGraph's store on SQL.

Reads of a batch come before its writes; of several writes to one document the last one counts. Embeddings
are made before the transaction begins: no connection waits for a model.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from langchain_core.embeddings import Embeddings
from langgraph.store.base import (
    BaseStore,
    GetOp,
    IndexConfig,
    Item,
    ListNamespacesOp,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    TTLConfig,
    get_text_at_path,
)
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.models import StoreItem, StoreVector, now
from server.db.repositories import store_items
from server.db.repositories.store_items import Place
from server.db.session import Database
from server.db.storable import storable
from server.home_loop import HomeLoop
from server.store import filters, namespaces
from server.store.embedding import load_embeddings, packed, similarities

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Index:
    """How documents are found by meaning."""

    embeddings: Embeddings
    dims: int
    fields: Sequence[str]

    def texts(self, op: PutOp) -> dict[str, str]:
        """The texts of a document that are embedded, by their place in it."""
        if op.value is None or op.index is False:
            return {}
        found: dict[str, str] = {}
        for path in self.fields if op.index is None else op.index:
            texts = get_text_at_path(op.value, path)
            found |= {path if len(texts) == 1 else f"{path}.{i}": text for i, text in enumerate(texts)}
        return found


class SqlStore(BaseStore):
    """A store that keeps documents in the service's database.

    Graphs in other threads than the event loop may call the methods without ``a``; they wait for the loop.

    Args:
        index: Makes documents searchable by meaning: ``dims``, ``embed`` (see load_embeddings), ``fields``.
        ttl: ``default_ttl`` in minutes, ``refresh_on_read``.
    """

    supports_ttl = True

    def __init__(
        self, database: Database, *, index: IndexConfig | None = None, ttl: TTLConfig | None = None
    ) -> None:
        self._database = database
        self.ttl_config = ttl
        self._index = _index_of(index) if index else None
        self._home = HomeLoop(instead="aget, aput and the like")

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do all of these; the results are in their order.

        Raises:
            ValueError: A namespace or a filter is none.
        """
        wanted, moment = list(ops), now()
        queries = await self._embedded_queries(wanted)
        results: list[Result] = []
        renewed: list[Place] = []
        async with self._database.read() as session:
            for op in wanted:
                result, touched = await self._answer(session, op, queries, moment)
                results.append(result)
                renewed += touched
        puts = {(op.namespace, op.key): op for op in wanted if isinstance(op, PutOp)}
        rows = await self._rows(puts.values(), moment)
        if renewed or rows:
            async with self._database.write() as session:
                if renewed:
                    await store_items.renew(session, sorted(set(renewed)), moment)
                for place, row in sorted(rows.items()):  # in one order everywhere, so none waits in a ring
                    if row is None:
                        await store_items.remove(session, place)
                    else:
                        await store_items.put(session, *row)
        return results

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """The same for code that runs in another thread than the event loop."""
        return self._home.wait_for(self.abatch(ops))

    async def remove_expired(self, moment: datetime) -> int:
        """Remove documents whose TTL is over; returns how many."""
        async with self._database.write() as session:
            return await store_items.remove_expired(session, moment)

    async def _answer(
        self, session: AsyncSession, op: Op, queries: Mapping[str, Sequence[float]], moment: datetime
    ) -> tuple[Result, list[Place]]:
        """An operation's result, and the documents whose TTLs begin again by it."""
        if isinstance(op, GetOp):
            row = await store_items.get(session, Place(namespaces.packed(op.namespace), op.key), moment)
            return (_item(row) if row else None), _renewed([row] if row and op.refresh_ttl else [])
        if isinstance(op, SearchOp):
            found = await self._search(session, op, queries, moment)
            rows = [row for row, _ in found]
            return [_found(*it) for it in found], _renewed(rows if op.refresh_ttl else [])
        if isinstance(op, ListNamespacesOp):
            return await _list_namespaces(session, op, moment), []
        return None, []

    async def _search(
        self, session: AsyncSession, op: SearchOp, queries: Mapping[str, Sequence[float]], moment: datetime
    ) -> list[tuple[StoreItem, float | None]]:
        wanted, where = op.filter or {}, namespaces.below(op.namespace_prefix)
        filters.check(wanted)

        def fits(row: StoreItem) -> bool:
            return filters.fits(row.value, wanted)

        query = queries.get(op.query or "")
        start, count = (0, None) if query is not None else (op.offset, op.limit)
        rows = await store_items.search(
            session,
            where,
            moment,
            hint=_equal(wanted),
            fits=fits if wanted else None,
            start=start,
            count=count,
        )
        if query is None:
            return [(row, None) for row in rows]
        ranked = _ranked(rows, query, await store_items.vectors(session, where))
        return ranked[op.offset : op.offset + op.limit]

    async def _embedded_queries(self, ops: Sequence[Op]) -> Mapping[str, Sequence[float]]:
        if self._index is None:
            return {}
        texts = list(dict.fromkeys(op.query for op in ops if isinstance(op, SearchOp) and op.query))
        vectors = await asyncio.gather(*[self._index.embeddings.aembed_query(text) for text in texts])
        return dict(zip(texts, vectors, strict=True))

    async def _rows(
        self, puts: Iterable[PutOp], moment: datetime
    ) -> dict[Place, tuple[StoreItem, list[StoreVector]] | None]:
        """What to write for each document; None where it is to be removed."""
        rows: dict[Place, tuple[StoreItem, list[StoreVector]] | None] = {}
        vectors = await self._vectors(puts := list(puts))
        for op in puts:
            place = Place(namespaces.packed(op.namespace), op.key)
            rows[place] = None if op.value is None else (_row(place, op, moment), vectors.get(place, []))
        return rows

    async def _vectors(self, puts: Sequence[PutOp]) -> dict[Place, list[StoreVector]]:
        index = self._index
        if index is None:
            return {}
        placed = [
            (Place(namespaces.packed(op.namespace), op.key), path, text)
            for op in puts
            for path, text in index.texts(op).items()
        ]
        texts = list(dict.fromkeys(text for _, _, text in placed))
        made = await index.embeddings.aembed_documents(texts) if texts else []
        by_text = {text: packed(vector, index.dims) for text, vector in zip(texts, made, strict=True)}
        vectors: dict[Place, list[StoreVector]] = {}
        for place, path, text in placed:
            row = StoreVector(namespace=place.namespace, key=place.key, path=path, vector=by_text[text])
            vectors.setdefault(place, []).append(row)
        return vectors


async def _list_namespaces(
    session: AsyncSession, op: ListNamespacesOp, moment: datetime
) -> list[tuple[str, ...]]:
    conditions = op.match_conditions or ()
    where = namespaces.below(namespaces.literal_head(conditions))
    known = [namespaces.unpacked(text) for text in await store_items.namespaces(session, where, moment)]
    found = {it[: op.max_depth] for it in known if all(namespaces.meets(it, each) for each in conditions)}
    return sorted(found)[op.offset : op.offset + op.limit]


def _index_of(config: IndexConfig) -> _Index:
    return _Index(
        embeddings=load_embeddings(config.get("embed")),
        dims=config.get("dims", 0),
        fields=config.get("fields") or ["$"],
    )


def _ranked(
    rows: Sequence[StoreItem], query: Sequence[float], vectors: Sequence[StoreVector]
) -> list[tuple[StoreItem, float | None]]:
    """Documents by their best vector, the nearest first; those without one come last."""
    scores: dict[Place, float] = {}
    for vector, score in zip(vectors, similarities(query, [it.vector for it in vectors]), strict=True):
        place = Place(vector.namespace, vector.key)
        scores[place] = max(score, scores.get(place, score))
    scored = [(row, scores.get(Place(row.namespace, row.key))) for row in rows]
    return sorted(scored, key=lambda it: (it[1] is None, -(it[1] or 0)))


def _renewed(rows: Sequence[StoreItem]) -> list[Place]:
    return [Place(row.namespace, row.key) for row in rows if row.ttl_minutes is not None]


def _row(place: Place, op: PutOp, moment: datetime) -> StoreItem:
    return StoreItem(
        namespace=place.namespace,
        key=place.key,
        value=storable(dict(cast("dict[str, Any]", op.value))),
        created_at=moment,
        updated_at=moment,
        ttl_minutes=op.ttl,
        expires_at=moment + timedelta(minutes=op.ttl) if op.ttl is not None else None,
    )


def _item(row: StoreItem) -> Item:
    return Item(
        namespace=namespaces.unpacked(row.namespace),
        key=row.key,
        value=row.value,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _found(row: StoreItem, score: float | None) -> SearchItem:
    return SearchItem(
        namespaces.unpacked(row.namespace), row.key, row.value, row.created_at, row.updated_at, score
    )


def _equal(wanted: dict[str, Any]) -> dict[str, Any]:
    """The part of a filter that compares for equality only."""
    return {name: value for name, value in wanted.items() if not isinstance(value, dict)}
