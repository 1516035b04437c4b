"""LangGraph's store on each kind of database: what BaseStore promises."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from langgraph.store.base import GetOp, InvalidNamespaceError, PutOp, SearchOp
from sqlalchemy import delete
from sqlmodel import select

from server.db.models import StoreItem, StoreVector, now
from server.db.session import Database
from server.store import SqlStore

WORDS = ("red", "green", "blue", "warm")


def embed(texts: list[str]) -> list[list[float]]:
    """How often each of a few words is in a text."""
    return [[float(text.count(word)) for word in WORDS] for text in texts]


@pytest.fixture
async def clean(database: Database) -> AsyncIterator[Database]:
    """A database whose store is empty, before and after."""
    yield database
    async with database.write() as session:
        await session.exec(delete(StoreItem))


@pytest.fixture
async def store(clean: Database) -> SqlStore:
    return SqlStore(clean)


def indexed(database: Database, *fields: str) -> SqlStore:
    """A store that is searched by meaning."""
    return SqlStore(database, index={"dims": len(WORDS), "embed": embed, "fields": list(fields) or ["$"]})


async def keys(store: SqlStore, *prefix: str, **more: Any) -> list[str]:
    return [item.key for item in await store.asearch(prefix, **more)]


async def test_what_is_put_is_got(store: SqlStore) -> None:
    await store.aput(("a", "b"), "k", {"x": [1, {"y": None}]})

    item = await store.aget(("a", "b"), "k")

    assert item is not None
    assert (item.namespace, item.key, item.value) == (("a", "b"), "k", {"x": [1, {"y": None}]})
    assert item.created_at.tzinfo is not None


async def test_another_place_holds_nothing(store: SqlStore) -> None:
    await store.aput(("a", "b"), "k", {})

    assert await store.aget(("a",), "k") is None
    assert await store.aget(("a", "b"), "other") is None


async def test_a_prefix_is_one_of_whole_labels(store: SqlStore) -> None:
    for labels in (("user",), ("user", "one"), ("users", "two"), ("use",), ("User",)):
        await store.aput(labels, "-".join(labels), {})

    assert await keys(store, "user") == ["user", "user-one"]
    assert len(await keys(store)) == 5


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"n": 2}, ["two"]),
        ({"n": {"$eq": 2}}, ["two"]),
        ({"n": {"$ne": 2}}, ["one", "three", "odd"]),
        ({"n": {"$gt": 1}}, ["two", "three"]),
        ({"n": {"$gte": 2, "$lt": 3}}, ["two"]),
        ({"n": {"$lte": 1}}, ["one"]),
        ({"word": "b"}, ["two"]),
        ({"word": {"$gt": "a"}}, ["two", "three"]),
        ({"deep": {"x": "y"}}, ["three"]),
        ({"deep": {"x": {"$ne": "y"}}}, ["odd"]),
        ({"tags": ["p", "q"]}, ["one"]),
        ({"tags": ["p"]}, []),
        ({"n": "2"}, []),
        ({"n": 2, "word": "a"}, []),
    ],
)
async def test_filters_compare_fields(store: SqlStore, wanted: dict[str, Any], found: list[str]) -> None:
    await store.aput(("f",), "one", {"n": 1, "word": "a", "tags": ["p", "q"]})
    await store.aput(("f",), "two", {"n": 2, "word": "b"})
    await store.aput(("f",), "three", {"n": 3, "word": "c", "deep": {"x": "y"}})
    await store.aput(("f",), "odd", {"n": None, "deep": {"x": 1}})

    assert await keys(store, "f", filter=wanted) == found


async def test_filtered_pages_join_without_gap(store: SqlStore) -> None:
    for number in range(9):
        await store.aput(("p",), str(number), {"even": number % 2 == 0})

    pages = [await keys(store, "p", filter={"even": True}, limit=2, offset=start) for start in (0, 2, 4)]

    assert pages == [["0", "2"], ["4", "6"], ["8"]]


async def test_none_deletes(store: SqlStore) -> None:
    await store.aput(("a",), "k", {})

    await store.adelete(("a",), "k")

    assert await store.aget(("a",), "k") is None


async def test_reads_of_a_batch_come_before_its_writes_and_the_last_write_counts(store: SqlStore) -> None:
    ops = [
        PutOp(("a",), "k", {"v": 1}),
        GetOp(("a",), "k"),
        SearchOp(("a",)),
        PutOp(("a",), "k", {"v": 2}),
    ]

    results = await store.abatch(ops)

    item = await store.aget(("a",), "k")
    assert results == [None, None, [], None]
    assert item is not None
    assert item.value == {"v": 2}


async def test_writers_of_the_same_documents_do_not_wait_for_each_other_in_a_ring(store: SqlStore) -> None:
    forth = [PutOp(("a",), str(n), {"n": n}) for n in range(20)]

    await asyncio.gather(*[store.abatch(ops) for ops in (forth, forth[::-1]) for _ in range(5)])

    assert len(await keys(store, "a", limit=100)) == 20


async def test_namespaces_match_prefix_suffix_and_any_label(store: SqlStore) -> None:
    for labels in (("a", "b", "c"), ("a", "d", "c"), ("a", "b", "e"), ("f", "c")):
        await store.aput(labels, "k", {})

    assert await store.alist_namespaces(prefix=("a", "b")) == [("a", "b", "c"), ("a", "b", "e")]
    assert await store.alist_namespaces(suffix=("c",)) == [("a", "b", "c"), ("a", "d", "c"), ("f", "c")]
    assert await store.alist_namespaces(prefix=("a", "*", "c")) == [("a", "b", "c"), ("a", "d", "c")]
    assert await store.alist_namespaces(max_depth=1) == [("a",), ("f",)]
    assert await store.alist_namespaces(limit=1, offset=1) == [("a", "b", "e")]


async def test_namespaces_are_checked(store: SqlStore) -> None:
    with pytest.raises(InvalidNamespaceError):
        await store.aput(("a.b",), "k", {})
    with pytest.raises(ValueError, match="unit separator"):
        await store.aput(("a\x1fb",), "k", {})


async def test_code_in_another_thread_may_call_without_async(store: SqlStore) -> None:
    await asyncio.to_thread(store.put, ("a",), "k", {"v": 1})

    item = await asyncio.to_thread(store.get, ("a",), "k")

    assert item is not None
    assert item.value == {"v": 1}


async def test_a_call_that_would_block_its_own_loop_is_refused(store: SqlStore) -> None:
    with pytest.raises(RuntimeError, match="aget"):
        store.get(("a",), "k")


async def age(database: Database, minutes: float) -> None:
    """Let time pass for every document that has a TTL."""
    async with database.write() as session:
        for item in (await session.exec(select(StoreItem))).all():
            if item.expires_at is not None:
                item.expires_at -= timedelta(minutes=minutes)
                session.add(item)


async def test_an_expired_document_is_found_nowhere(store: SqlStore, clean: Database) -> None:
    await store.aput(("a",), "k", {}, ttl=10)
    await store.aput(("a",), "kept", {}, ttl=None)

    await age(clean, 11)

    assert await store.aget(("a",), "k") is None
    assert await keys(store, "a") == ["kept"]
    assert await store.alist_namespaces() == [("a",)]


@pytest.mark.parametrize(("refresh", "lives"), [(True, True), (None, True), (False, False)])
@pytest.mark.parametrize("way", ["get", "search"])
async def test_reading_lets_a_document_live_longer(
    store: SqlStore, clean: Database, refresh: bool | None, lives: bool, way: str
) -> None:
    await store.aput(("a",), "k", {}, ttl=10)
    await age(clean, 6)

    if way == "get":
        await store.aget(("a",), "k", refresh_ttl=refresh)
    else:
        await store.asearch(("a",), refresh_ttl=refresh)

    await age(clean, 6)
    assert (await store.aget(("a",), "k") is not None) == lives


async def test_the_configured_ttl_is_the_default(clean: Database) -> None:
    store = SqlStore(clean, ttl={"default_ttl": 5, "refresh_on_read": False})
    await store.aput(("a",), "k", {})
    await store.aput(("a",), "kept", {}, ttl=None)
    await store.aget(("a",), "k")

    await age(clean, 6)

    assert await keys(store, "a") == ["kept"]


async def test_sweeping_removes_what_has_expired(store: SqlStore) -> None:
    await store.aput(("a",), "k", {}, ttl=10)
    await store.aput(("a",), "kept", {})

    removed = await store.remove_expired(now() + timedelta(minutes=11))

    assert (removed, await keys(store, "a")) == (1, ["kept"])


async def test_a_query_ranks_by_meaning(clean: Database) -> None:
    store = indexed(clean)
    await store.aput(("a",), "sky", {"text": "blue blue"})
    await store.aput(("a",), "fire", {"text": "red warm"})
    await store.aput(("a",), "sunset", {"text": "red blue"})

    found = await store.asearch(("a",), query="red")

    assert [item.key for item in found] == ["fire", "sunset", "sky"]
    assert [round(item.score or 0, 3) for item in found] == [0.707, 0.707, 0.0]
    assert await keys(store, "a", query="blue", limit=1, offset=1) == ["sunset"]


async def test_a_document_counts_by_its_best_text(clean: Database) -> None:
    store = indexed(clean, "texts[*]")
    await store.aput(("a",), "mixed", {"texts": ["green", "red"]})
    await store.aput(("a",), "half", {"texts": ["red green"]})

    assert await keys(store, "a", query="red") == ["mixed", "half"]


async def test_documents_without_an_embedding_come_last(clean: Database) -> None:
    store = indexed(clean)
    await store.aput(("a",), "plain", {"text": "red"}, index=False)
    await store.aput(("a",), "far", {"text": "blue"})

    found = await store.asearch(("a",), query="red")

    assert [(item.key, item.score) for item in found] == [("far", 0.0), ("plain", None)]


async def test_a_put_may_choose_its_own_paths(clean: Database) -> None:
    store = indexed(clean, "title")
    await store.aput(("a",), "own", {"title": "blue", "body": "red"}, index=["body"])
    await store.aput(("a",), "usual", {"title": "blue", "body": "red"})

    assert await keys(store, "a", query="red") == ["own", "usual"]


async def test_a_query_and_a_filter_work_together(clean: Database) -> None:
    store = indexed(clean, "text")
    await store.aput(("a",), "one", {"text": "red", "kind": "x"})
    await store.aput(("a",), "two", {"text": "red", "kind": "y"})

    assert await keys(store, "a", query="red", filter={"kind": "y"}) == ["two"]


async def test_a_changed_document_leaves_no_old_vectors(clean: Database) -> None:
    store = indexed(clean, "texts[*]")
    await store.aput(("a",), "k", {"texts": ["red", "green"]})

    await store.aput(("a",), "k", {"texts": ["blue"]})
    await store.aput(("a",), "gone", {"texts": ["red"]})
    await store.adelete(("a",), "gone")

    async with clean.read() as session:
        assert [row.path for row in (await session.exec(select(StoreVector))).all()] == ["texts[*]"]


async def test_an_embedding_of_the_wrong_length_keeps_nothing(clean: Database) -> None:
    store = SqlStore(clean, index={"dims": 3, "embed": embed})

    with pytest.raises(ValueError, match="dims=3"):
        await store.aput(("a",), "k", {"text": "red"})

    assert await keys(store) == []
