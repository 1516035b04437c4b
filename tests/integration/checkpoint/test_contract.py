"""What LangGraph asks of a checkpointer and its suite does not test."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple, empty_checkpoint
from redis.exceptions import ResponseError

from server import keys
from server.checkpoint import AsyncRedisSaver, SaverOptions
from server.checkpoint.connection import AsyncClient
from tests.integration.checkpoint.conftest import Place

WRITERS = 64


def root(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}


async def listed(
    saver: AsyncRedisSaver, config: RunnableConfig | None, **search: Any
) -> list[CheckpointTuple]:
    return [found async for found in saver.alist(config, **search)]


def namespaces(found: list[CheckpointTuple]) -> list[str]:
    return [one.config["configurable"]["checkpoint_ns"] for one in found]


async def pending(place: Place) -> list[tuple[str, str, Any]]:
    found = await place.saver.aget_tuple(place.config)
    assert found is not None
    return found.pending_writes or []


async def every_key(client: AsyncClient) -> list[bytes]:
    return [key async for key in client.scan_iter(count=10_000)]


NAMES = ["a:b", "*", "?", "[x]", "{tag}", "}{", "per%cent", "中文 blank", "nul\x00", "\x1f", "x" * 1024]


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[1:9] for name in NAMES])
async def test_names_of_any_kind_keep_apart(saver: AsyncRedisSaver, client: AsyncClient, name: str) -> None:
    odd = Place(saver, name, name)
    await odd.put({name: 1}, run_id=name)
    await odd.write([(name, 2)], task=name, path=name)
    await Place(saver, name + "1", name).put({"other": 3})

    assert await odd.values() == {name: 1}
    assert await pending(odd) == [(name, name, 2)]
    await saver.adelete_thread(name)
    await saver.adelete_thread(name + "1")
    assert await every_key(client) == []


async def test_a_pattern_as_a_thread_id_deletes_no_other_thread(saver: AsyncRedisSaver) -> None:
    await Place(saver, "abc1").put({"c": 1})

    await saver.adelete_thread("abc*")

    assert await Place(saver, "abc1").values() == {"c": 1}


async def test_pending_writes_come_in_the_order_of_task_paths(place: Place) -> None:
    await place.put({})

    await place.write([("c", "second")], task="a", path="~2")
    await place.write([("c", "first"), ("c", "first too")], task="z", path="~1")

    assert [value for _, _, value in await pending(place)] == ["first", "first too", "second"]


async def test_writes_that_come_before_their_checkpoint_stay(saver: AsyncRedisSaver) -> None:
    checkpoint = empty_checkpoint()
    config: RunnableConfig = {
        "configurable": {"thread_id": "t", "checkpoint_ns": "", "checkpoint_id": checkpoint["id"]}
    }

    await saver.aput_writes(config, [("c", "early")], "task")
    assert await saver.aget_tuple(config) is None
    await saver.aput(root("t"), checkpoint, {}, {})

    (found,) = await listed(saver, root("t"))
    assert found.pending_writes == [("task", "c", "early")]


async def test_writes_of_no_checkpoint_are_refused(saver: AsyncRedisSaver) -> None:
    with pytest.raises(ValueError, match="no checkpoint_id"):
        await saver.aput_writes(root("t"), [("c", 1)], "task")


async def test_the_first_write_of_a_position_stands_and_a_special_one_is_replaced(place: Place) -> None:
    await place.put({})

    await place.write([("c", "first"), ("__error__", "old")])
    await place.write([("c", "second"), ("__error__", "new")])

    assert {channel: value for _, channel, value in await pending(place)} == {
        "c": "first",
        "__error__": "new",
    }


async def test_many_writers_of_one_task_leave_one_whole_set(place: Place) -> None:
    await place.put({})

    await asyncio.gather(*(place.write([("a", n), ("b", n)]) for n in range(WRITERS)))

    values = [value for _, _, value in await pending(place)]
    assert len(values) == 2
    assert len(set(values)) == 1


async def test_many_writers_of_many_tasks_lose_nothing(place: Place) -> None:
    await place.put({})

    await asyncio.gather(*(place.write([("c", n)], task=f"task {n:02}") for n in range(WRITERS)))

    assert [value for _, _, value in await pending(place)] == list(range(WRITERS))


async def test_a_fork_never_overwrites_its_sibling(saver: AsyncRedisSaver) -> None:
    trunk = Place(saver)
    await trunk.put({"c": ["in"]})
    branches = [Place(saver), Place(saver)]
    for branch in branches:
        branch.config, branch.versions = trunk.config, dict(trunk.versions)

    for number, branch in enumerate(branches):
        await branch.put({"c": ["in", number]})

    found = [await saver.aget_tuple(branch.config) for branch in branches]
    assert [one and one.checkpoint["channel_values"]["c"] for one in found] == [["in", 0], ["in", 1]]


async def test_a_checkpoint_that_is_put_again_is_there_once(saver: AsyncRedisSaver) -> None:
    checkpoint = empty_checkpoint()

    for step in (1, 2):
        config = await saver.aput(root("t"), checkpoint, {"step": step}, {})
        await saver.aput_writes(config, [("c", "kept")], "task")

    (found,) = await listed(saver, root("t"))
    assert found.metadata["step"] == 2
    assert found.pending_writes == [("task", "c", "kept")]


async def test_all_threads_and_namespaces_are_listed_for_no_config(saver: AsyncRedisSaver) -> None:
    for thread in ("a", "b", "c"):
        for namespace in ("", "child"):
            await Place(saver, thread, namespace).put({})
    await saver.adelete_thread("b")

    found = await listed(saver, None)

    assert {one.config["configurable"]["thread_id"] for one in found} == {"a", "c"}
    assert sorted(namespaces(found)) == ["", "", "child", "child"]
    assert len(await listed(saver, None, limit=3)) == 3


async def test_a_thread_that_expired_is_listed_no_more(saver: AsyncRedisSaver, client: AsyncClient) -> None:
    await Place(saver, "gone").put({})
    for key in await every_key(client):
        if b"registry" not in key:
            await client.delete(key)

    assert await listed(saver, None) == []
    assert await client.zcard(keys.CHECKPOINT_THREADS) == 0


FILTERS = {
    "text": "x",
    "number": 1,
    "nothing": None,
    "list": [1, {"a": 2}],
    "moment": datetime(2024, 2, 29, tzinfo=UTC),
}


@pytest.mark.parametrize("key", FILTERS)
async def test_any_metadata_can_be_filtered(place: Place, key: str) -> None:
    await place.put({}, **FILTERS, order=1)
    await place.put({}, **{**FILTERS, key: "another"}, order=2)
    await place.put({}, order=3)

    found = await listed(place.saver, root("t"), filter={key: FILTERS[key]})

    assert [one.metadata["order"] for one in found] == [1]  # type: ignore[typeddict-item]


async def test_before_and_limit_go_over_pages_newest_first(place: Place) -> None:
    ids = [(await place.put({}, parity=n % 2))["id"] for n in range(120)]
    before: RunnableConfig = {"configurable": {"thread_id": "t", "checkpoint_id": ids[110]}}

    some = await listed(place.saver, root("t"), before=before, limit=60)
    even = await listed(place.saver, root("t"), before=before, filter={"parity": 0}, limit=51)

    assert [one.checkpoint["id"] for one in some] == ids[109:49:-1]
    assert [one.checkpoint["id"] for one in even] == ids[108:7:-2]


async def test_versions_only_grow_and_never_repeat(saver: AsyncRedisSaver) -> None:
    first, twin = saver.get_next_version(None, None), saver.get_next_version(None, None)

    assert first != twin
    assert (
        max(first, twin) < saver.get_next_version(first, None) < saver.get_next_version(f"{99:032d}.x", None)
    )


async def test_a_checkpoint_takes_over_any_number_of_channels(place: Place) -> None:
    many = {f"channel {n}": n for n in range(2500)}

    await place.put(many)
    await place.put(many, changed=[])

    assert await place.values() == many


async def test_a_copied_thread_leads_its_own_life(saver: AsyncRedisSaver) -> None:
    for namespace in ("", "child"):
        original = Place(saver, "from", namespace)
        for n in range(3):
            await original.put({"c": n, "same": "x" * 5000}, run_id="run")
            await original.write([("c", n)])
    await Place(saver, "to", "own").put({"c": "own"})

    await saver.acopy_thread("from", "to")
    copied = await listed(saver, {"configurable": {"thread_id": "to"}})
    originals = await listed(saver, {"configurable": {"thread_id": "from"}})
    await saver.adelete_thread("from")

    copies = [one for one in copied if one.config["configurable"]["checkpoint_ns"] != "own"]
    assert [one.checkpoint for one in copies] == [one.checkpoint for one in originals]
    assert [one.pending_writes for one in copies] == [one.pending_writes for one in originals]
    assert await Place(saver, "to").values() == {"c": 2, "same": "x" * 5000}
    assert await Place(saver, "to", "own").values() == {"c": "own"}
    await saver.adelete_for_runs(["run"])
    assert namespaces(await listed(saver, None)) == ["own"]


async def test_pruning_leaves_nothing_that_nobody_names(place: Place, client: AsyncClient) -> None:
    for n in range(30):
        await place.put({"c": n, "same": "constant"}, changed=["c", "same"] if n == 0 else ["c"])
        await place.write([("c", n)])

    await place.saver.aprune(["t"])

    assert await place.values() == {"c": 29, "same": "constant"}
    fields = [await client.hlen(key) for key in await every_key(client) if key.endswith(b":data")]
    assert fields == [5]  # record, manifest, two values, one write


@pytest.mark.parametrize("strategy", ["", "all", "keep"])
async def test_an_unknown_strategy_prunes_nothing(place: Place, strategy: str) -> None:
    await place.put({"c": 1})

    with pytest.raises(ValueError, match="keep_latest"):
        await place.saver.aprune(["t"], strategy=strategy)
    assert await place.values() == {"c": 1}


async def test_retention_keeps_the_newest_of_each_namespace(client: AsyncClient) -> None:
    saver = AsyncRedisSaver(client, options=SaverOptions(keep_last=3))
    await Place(saver, "t", "child").put({"c": "child"})
    place = Place(saver)
    for n in range(20):
        await place.put({"c": n, "same": "constant"}, changed=["c", "same"] if n == 0 else ["c"])

    steps = [found.checkpoint["channel_values"] for found in await listed(saver, root("t"))]

    assert steps == [{"c": n, "same": "constant"} for n in (19, 18, 17)]
    assert await Place(saver, "t", "child").values() == {"c": "child"}


async def test_retention_removes_writes_that_came_too_late(client: AsyncClient) -> None:
    place = Place(AsyncRedisSaver(client, options=SaverOptions(keep_last=1)))
    for n in range(10):
        before = place.config
        await place.put({"c": n})
        if n:
            await place.saver.aput_writes(before, [("c", "late")], "task")

    await place.put({"c": "last"})

    writes = [key for key in await every_key(client) if key.endswith(b":writes")]
    assert writes == []


async def test_pruning_removes_writes_that_came_too_late(place: Place, client: AsyncClient) -> None:
    await place.put({"c": 0})
    before = place.config
    await place.put({"c": 1})
    await place.saver.aprune(["t"])
    await place.saver.aput_writes(before, [("c", "late")], "task")

    await place.saver.aprune(["t"])

    assert await place.values() == {"c": 1}
    assert not [key for key in await every_key(client) if key.endswith(b":writes")]


NOTHING = datetime.min - datetime.min


@pytest.mark.parametrize(
    "options", [{"keep_last": 0}, {"ttl": NOTHING}, {"replicas": -1}, {"replica_timeout": NOTHING}], ids=str
)
def test_options_without_a_meaning_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        SaverOptions(**options)


async def of_run(saver: AsyncRedisSaver, run: str) -> list[CheckpointTuple]:
    return await listed(saver, None, filter={"run_id": run})


async def test_a_run_that_goes_on_after_its_deletion_can_be_deleted_again(saver: AsyncRedisSaver) -> None:
    await Place(saver).put({"c": 0}, run_id="other")
    for _ in range(2):
        await Place(saver).put({"c": 1}, run_id="run")

        await saver.adelete_for_runs(["run"])

        assert await of_run(saver, "run") == []
    assert len(await of_run(saver, "other")) == 1


async def test_what_stays_of_a_run_for_another_goes_when_it_is_deleted_again(place: Place) -> None:
    await place.put({"log": ["seed"]}, run_id="old")
    await place.put({}, changed=[], run_id="new", counters_since_delta_snapshot={"log": (1, 1)})

    await place.saver.adelete_for_runs(["old"])
    assert len(await of_run(place.saver, "old")) == 1
    await place.saver.adelete_for_runs(["new", "old"])

    assert await listed(place.saver, None) == []


@pytest.mark.parametrize("run", NAMES, ids=[ascii(name)[1:9] for name in NAMES])
async def test_a_run_of_any_name_can_be_deleted(
    saver: AsyncRedisSaver, client: AsyncClient, run: str
) -> None:
    await Place(saver).put({"c": 1}, run_id=run)

    await saver.adelete_for_runs([run])

    assert await every_key(client) == []


async def test_a_thread_whose_registering_failed_is_registered_by_the_next_put(
    place: Place, client: AsyncClient
) -> None:
    await place.put({"c": 1})
    await AsyncRedisSaver(client).adelete_thread("t")
    await client.set(keys.CHECKPOINT_THREADS, "no sorted set")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await place.put({"c": 2})
    await client.delete(keys.CHECKPOINT_THREADS)

    await place.put({"c": 3})

    assert len(await listed(place.saver, None)) == 2
