"""Thread rows on each kind of database: searching them, and the end of their TTLs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.db.models import Delivery, Run, Thread, ThreadSnapshot, now
from server.db.repositories import threads
from server.db.repositories.threads import ThreadFilter
from server.db.session import Database
from server.runs.thread_ttl import ThreadTtl
from tests.fixtures.run_parts import RunParts

HOUR = timedelta(hours=1)


async def add(database: Database, thread: Thread, values: Any = None) -> None:
    async with database.write() as session:
        await threads.add(session, thread)
        if values is not None:
            taken = ThreadSnapshot(thread_id=thread.thread_id, values=values, interrupts={})
            await threads.keep_snapshot(session, thread.thread_id, taken)


async def found(database: Database, limit: int = 1000, offset: int = 0, **wanted: Any) -> list[str]:
    async with database.read() as session:
        page = await threads.search(
            session, ThreadFilter(**wanted), limit=limit, offset=offset, sort_by="thread_id", descending=False
        )
    return [it.thread.thread_id for it in page]


def with_ttl(thread_id: str, strategy: Any = "delete") -> Thread:
    thread = Thread(thread_id=thread_id)
    ThreadTtl(duration=HOUR, strategy=strategy).give(thread)
    return thread


async def exists(database: Database, thread_id: str) -> bool:
    async with database.read() as session:
        return await session.get(Thread, thread_id) is not None


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"a": {"b": "x"}}, True),
        ({"a": {"b": "x", "c": 1}}, True),
        ({"a": {"b": "y"}}, False),
        ({"number": "5"}, False),
        ({"number": 5}, True),
        ({"quote'\"": "v"}, True),
        ({"quote'\"": "w"}, False),
        ({"list": ["q"]}, True),
        ({"text": 'it\'s \\ "quoted" ☃'}, True),
        ({"spaced key-1": "v"}, True),
    ],
)
@pytest.mark.parametrize("part", ["metadata", "values"])
async def test_containment_is_the_same_on_every_database(
    database: Database, part: str, wanted: dict[str, Any], fits: bool
) -> None:
    whole = {
        "a": {"b": "x", "c": 1},
        "number": 5,
        "quote'\"": "v",
        "list": ["p", "q"],
        "text": 'it\'s \\ "quoted" ☃',
        "spaced key-1": "v",
    }
    await add(database, Thread(thread_id="t", meta=whole), whole)
    await add(database, Thread(thread_id="other"))

    assert await found(database, **{part: wanted}) == (["t"] if fits else [])


async def test_a_search_by_values_is_paged_and_counted(database: Database) -> None:
    for number in range(10):
        await add(database, Thread(thread_id=f"t{number}", meta={"n": number % 2}), {"n": number % 2})

    assert await found(database, values={"n": 1}, limit=2, offset=2) == ["t5", "t7"]
    async with database.read() as session:
        assert await threads.count(session, ThreadFilter(metadata={"n": 1})) == 5
        assert await threads.count(session, ThreadFilter(values={"n": 1}, status="idle")) == 5


async def test_a_threads_snapshot_goes_with_it(database: Database) -> None:
    await add(database, Thread(thread_id="t"), {"a": 1})

    async with database.write() as session:
        await threads.remove(session, "t")

    async with database.read() as session:
        assert await threads.snapshot(session, "t") is None


async def test_a_thread_whose_ttl_is_over_is_removed(parts: RunParts) -> None:
    await parts.add(with_ttl("t"), Thread(thread_id="kept"))

    early = await parts.sweeper.sweep(moment=now() + HOUR / 2)
    late = await parts.sweeper.sweep(moment=now() + 2 * HOUR)

    assert (early["outlived threads"], late["outlived threads"]) == (0, 1)
    assert not await exists(parts.database, "t")
    assert await exists(parts.database, "kept")


async def test_what_a_run_does_lets_a_threads_ttl_begin_again(parts: RunParts) -> None:
    thread = with_ttl("t")
    thread.expires_at = now()
    await parts.add(thread)
    async with parts.database.write() as session:
        row = await threads.get(session, "t", lock=True)
        await threads.settle(session, row, error=None, interrupted=False)

    await parts.sweeper.sweep(moment=now() + HOUR / 2)

    assert await exists(parts.database, "t")


@pytest.mark.parametrize("status", ["pending", "running"])
async def test_a_thread_with_work_ahead_outlives_its_ttl(parts: RunParts, status: Any) -> None:
    thread = with_ttl("t")
    thread.status = "busy"
    run = Run(run_id="r", thread_id="t", assistant_id="a", graph_id="agent", status=status)
    await parts.add(thread, run)

    await parts.sweeper.sweep(moment=now() + 2 * HOUR)

    assert await exists(parts.database, "t")


async def test_a_thread_whose_news_is_on_its_way_outlives_its_ttl(parts: RunParts) -> None:
    run = Run(run_id="r", thread_id="t", assistant_id="a", graph_id="agent", status="success")
    await parts.add(
        with_ttl("t"), run, Delivery(run_id="r", url="http://x", next_attempt_at=now() + 3 * HOUR)
    )

    await parts.sweeper.sweep(moment=now() + 2 * HOUR)

    assert await exists(parts.database, "t")


async def checkpoints(parts: RunParts, thread_id: str) -> int:
    config: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    return len([it async for it in parts.checkpointer.alist(config)])


async def run_agent(parts: RunParts, thread_id: str) -> None:
    graph: Any = await parts.runs.catalog.find("agent").source.get()
    await graph.ainvoke({"messages": []}, {"configurable": {"thread_id": thread_id}})


async def test_keep_latest_leaves_the_thread_with_its_last_checkpoint(parts: RunParts) -> None:
    await parts.add(with_ttl("t", "keep_latest"))
    await run_agent(parts, "t")

    first = await parts.sweeper.sweep(moment=now() + 2 * HOUR)
    again = await parts.sweeper.sweep(moment=now() + 3 * HOUR)

    assert (first["outlived threads"], again["outlived threads"]) == (1, 0)
    assert await checkpoints(parts, "t") == 1
    assert await exists(parts.database, "t")


async def test_the_services_ttl_is_for_threads_without_their_own(parts: RunParts) -> None:
    sweeper = replace(parts.sweeper, thread_ttl=ThreadTtl(duration=3 * HOUR))
    await parts.add(with_ttl("own"), Thread(thread_id="plain"))

    await sweeper.sweep(moment=now() + 2 * HOUR)
    after_two = [await exists(parts.database, name) for name in ("own", "plain")]
    await sweeper.sweep(moment=now() + 4 * HOUR)

    assert after_two == [False, True]
    assert not await exists(parts.database, "plain")


async def test_sweeping_empties_the_store_of_what_has_expired(parts: RunParts) -> None:
    await parts.sweeper.store.aput(("swept",), "k", {}, ttl=10)

    done = await parts.sweeper.sweep(moment=now() + HOUR)

    assert done["expired documents"] == 1
