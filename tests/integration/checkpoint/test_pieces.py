"""Values that grow are stored as what is new, and come back whole, or not at all."""

import random
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple, empty_checkpoint
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from server.checkpoint import AsyncRedisSaver, CheckpointIncomplete, SaverOptions, layout
from server.checkpoint.connection import AsyncClient
from tests.integration.checkpoint.conftest import Backwards, Place

DATA = layout.thread_keys("t")[1]
STEPS = 25
LARGE = {"constant": "x" * 5000}


def root(thread_id: str = "t") -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}


def items(count: int) -> list[str]:
    """Texts of 600 bytes that no compression makes smaller than half."""
    chance = random.Random(7)  # noqa: S311 - no secret
    return [chance.randbytes(300).hex() for _ in range(count)]


async def grow(place: Place, steps: int = STEPS, start: int = 0, **metadata: Any) -> list[str]:
    """Append an item with each checkpoint. Returns the last list."""
    found = items(start + steps)
    for count in range(start + 1, start + steps + 1):
        await place.put({"list": found[:count], **LARGE}, changed=["list"] if count > 1 else None, **metadata)
    return found


async def listed(saver: AsyncRedisSaver, thread_id: str = "t") -> list[CheckpointTuple]:
    return [found async for found in saver.alist(root(thread_id))]


def lists(found: list[CheckpointTuple]) -> list[Any]:
    """The list of each checkpoint, the newest first."""
    return [one.checkpoint["channel_values"].get("list") for one in found]


async def fields(client: AsyncClient, kind: str) -> list[bytes]:
    return [name for name in await client.hkeys(DATA) if name.startswith(kind.encode())]


@pytest.fixture(params=[1024, None], ids=["compressed", "uncompressed"])
async def growing(client: AsyncClient, request: pytest.FixtureRequest) -> Place:
    """A thread with a list that has grown in each of its checkpoints."""
    place = Place(AsyncRedisSaver(client, options=SaverOptions(compress_above=request.param)))
    await grow(place)
    return place


@pytest.fixture
async def fresh(client: AsyncClient) -> AsyncRedisSaver:
    """A saver that has seen nothing, as after a restart."""
    return AsyncRedisSaver(client)


async def test_every_value_comes_back_from_its_pieces(
    client: AsyncClient, growing: Place, fresh: AsyncRedisSaver
) -> None:
    expected = [items(STEPS)[:count] for count in range(STEPS, 0, -1)]

    assert await fields(client, "p")
    assert lists(await listed(growing.saver)) == lists(await listed(fresh)) == expected
    for saver in (growing.saver, fresh, fresh):  # the third one holds what it has read
        found = await saver.aget_tuple(root())
        assert found is not None
        assert found.checkpoint["channel_values"] == {"list": expected[0], **LARGE}


async def test_what_is_read_is_the_readers_own(growing: Place) -> None:
    for _ in range(2):
        values = await growing.values()
        assert values is not None
        assert len(values["list"]) == STEPS
        values["list"].clear()


async def test_a_copy_has_all_pieces(growing: Place, fresh: AsyncRedisSaver) -> None:
    before = lists(await listed(fresh))

    await growing.saver.acopy_thread("t", "copy")
    await growing.saver.adelete_thread("t")

    assert lists(await listed(fresh, "copy")) == before
    copy = Place(growing.saver, "copy")
    assert await copy.values() == {"list": before[0], **LARGE}


async def test_pruning_keeps_the_pieces_that_the_newest_value_needs(
    client: AsyncClient, growing: Place, fresh: AsyncRedisSaver
) -> None:
    before = await fields(client, "p")

    await fresh.aprune(["t"])

    assert lists(await listed(fresh)) == [items(STEPS)]
    assert len(await fields(client, "p")) < len(before) / 2
    await grow(growing, 10, STEPS)
    assert lists(await listed(fresh))[0] == items(STEPS + 10)


async def test_retention_keeps_the_pieces_of_what_stays(client: AsyncClient, fresh: AsyncRedisSaver) -> None:
    place = Place(AsyncRedisSaver(client, options=SaverOptions(keep_last=4)))

    await grow(place, 50)

    kept = lists(await listed(fresh))
    assert 4 <= len(kept) <= 5
    assert kept == [items(50)[: 50 - age] for age in range(len(kept))]
    named = {len(layout.unpack_manifest(packed).blobs) for packed in await _manifests(client)}
    assert named == {2}


async def _manifests(client: AsyncClient) -> list[bytes]:
    return [await client.hget(DATA, name) for name in await fields(client, "m")]


async def test_no_piece_stays_that_no_checkpoint_names(client: AsyncClient) -> None:
    place = Place(AsyncRedisSaver(client, options=SaverOptions(keep_last=4)))
    await grow(place, 50)

    blobs = [blob for packed in await _manifests(client) for blob in layout.unpack_manifest(packed).blobs]

    named = {field.encode() for blob in blobs for field in layout.fields_of(blob)}
    assert named == set(await fields(client, "p") + await fields(client, "b"))


async def test_deleting_a_run_keeps_the_pieces_that_later_runs_need(
    client: AsyncClient, fresh: AsyncRedisSaver
) -> None:
    place = Place(AsyncRedisSaver(client))
    await grow(place, 12, run_id="first")
    await grow(place, 12, 12, run_id="second")

    await fresh.adelete_for_runs(["first"])

    assert lists(await listed(fresh)) == [items(24)[:count] for count in range(24, 12, -1)]


@pytest.mark.parametrize("reader", ["that stored it", "that saw nothing"])
async def test_a_lost_piece_is_missed_and_named(
    client: AsyncClient, growing: Place, fresh: AsyncRedisSaver, reader: str
) -> None:
    await fresh.aprune(["t"])  # no older checkpoint names the pieces, too
    (manifest,) = [layout.unpack_manifest(packed) for packed in await _manifests(client)]
    (blob,) = [blob for blob in manifest.blobs if layout.channel_of(blob) == "list"]
    assert len(layout.fields_of(blob)) > 1
    saver = growing.saver if reader == "that stored it" else fresh

    for field in layout.fields_of(blob):
        kept = await client.hget(DATA, field)
        await client.hdel(DATA, field)
        with pytest.raises(CheckpointIncomplete):
            await saver.aget_tuple(root())
        with pytest.raises(CheckpointIncomplete):
            await saver.acopy_thread("t", "copy")
        await client.hset(DATA, field, kept)
    assert lists(await listed(saver))[0] == items(STEPS)


async def test_a_put_on_lost_pieces_stores_the_value_whole(client: AsyncClient, growing: Place) -> None:
    await client.hdel(DATA, *await fields(client, "p"))

    await grow(growing, 1, STEPS)

    assert await growing.values() == {"list": items(STEPS + 1), **LARGE}


async def test_a_thread_that_another_deleted_is_stored_anew(growing: Place, fresh: AsyncRedisSaver) -> None:
    await fresh.adelete_thread("t")

    await grow(growing, 3, STEPS)

    assert lists(await listed(fresh)) == [items(STEPS + 3)[: STEPS + n] for n in (3, 2, 1)]


@pytest.mark.parametrize("has_read", [False, True])
@pytest.mark.parametrize("changed", ["list", "other"])
async def test_another_saver_goes_on_where_one_stopped(
    growing: Place, fresh: AsyncRedisSaver, has_read: bool, changed: str
) -> None:
    growing.saver = fresh
    if has_read:
        await growing.values()
    new = {"list": {"list": items(STEPS + 1)}, "other": {"other": 1}}[changed]
    values = {"list": items(STEPS), **LARGE, **new}

    await growing.put(values, changed=[changed])

    assert await growing.values() == values


async def test_a_saver_that_has_read_a_thread_stores_what_is_new(
    client: AsyncClient, growing: Place, fresh: AsyncRedisSaver
) -> None:
    before = set(await fields(client, "p"))
    growing.saver = fresh
    await growing.values()

    await grow(growing, 1, STEPS)

    (new,) = set(await fields(client, "p")) - before
    assert len(await client.hget(DATA, new)) < STEPS / 2 * 600


async def test_savers_that_take_turns_see_each_others_values(growing: Place, fresh: AsyncRedisSaver) -> None:
    savers = [growing.saver, fresh]
    for turn in range(8):
        growing.saver = savers[turn % 2]
        await grow(growing, 1, STEPS + turn)

        for saver in savers:
            found = await saver.aget_tuple(root())
            assert found is not None
            assert found.checkpoint["channel_values"]["list"] == items(STEPS + turn + 1)


async def test_a_saver_without_memory_reads_pieces_and_stores_whole(
    client: AsyncClient, growing: Place
) -> None:
    before = await fields(client, "p")
    growing.saver = AsyncRedisSaver(client, options=SaverOptions(memory=0))

    await grow(growing, 2, STEPS)

    assert await growing.values() == {"list": items(STEPS + 2), **LARGE}
    assert set(await fields(client, "p")) == set(before)


async def test_forks_grow_from_the_same_pieces(growing: Place, fresh: AsyncRedisSaver) -> None:
    branches = [Place(growing.saver), Place(growing.saver)]
    for branch in branches:
        branch.config, branch.versions = growing.config, dict(growing.versions)

    for count in range(1, 6):
        for number, branch in enumerate(branches):
            new = [f"{number} {step}" * 100 for step in range(count)]
            await branch.put({"list": [*items(STEPS), *new], **LARGE}, changed=["list"])

    for number, branch in enumerate(branches):
        found = await fresh.aget_tuple(branch.config)
        assert found is not None
        assert found.checkpoint["channel_values"]["list"][STEPS:] == [f"{number} {n}" * 100 for n in range(5)]


async def test_a_fork_of_an_old_checkpoint_takes_its_pieces_over(
    growing: Place, fresh: AsyncRedisSaver
) -> None:
    old = (await listed(fresh))[10]
    fork = Place(growing.saver)
    fork.config = old.config
    fork.versions = dict(old.checkpoint["channel_versions"])  # type: ignore[arg-type]

    await fork.put({"list": items(STEPS - 10), **LARGE, "new": 1}, changed=["new"])

    assert await fork.values() == {"list": items(STEPS - 10), **LARGE, "new": 1}


async def test_a_growing_list_is_stored_in_little_more_than_its_items(client: AsyncClient) -> None:
    place = Place(AsyncRedisSaver(client))
    stored = []
    for start in (0, 100):
        await grow(place, 100, start)
        names = [*await fields(client, "p"), *await fields(client, "b")]
        stored.append(sum([len(value) for value in await client.hmget(DATA, names)]))

    assert stored[1] < 2.6 * stored[0]  # 4 times if all lists were stored whole
    assert stored[1] < 0.1 * sum(len("".join(items(count))) / 2 for count in range(200))


async def test_the_seed_of_a_delta_channel_may_be_in_pieces(growing: Place) -> None:
    await growing.put({**LARGE}, changed=[])
    await growing.put({**LARGE}, changed=[])

    found = await growing.saver.aget_delta_channel_history(config=root(), channels=["list"])

    assert found["list"] == {"writes": [], "seed": items(STEPS)}


async def test_encrypted_values_are_never_cut(client: AsyncClient) -> None:
    place = Place(AsyncRedisSaver(client, serde=EncryptedSerializer(Backwards())))

    await grow(place, 5)

    assert await place.values() == {"list": items(5), **LARGE}
    assert await fields(client, "p") == []


async def test_a_clone_knows_what_its_original_stored(client: AsyncClient) -> None:
    strict = JsonPlusSerializer(allowed_msgpack_modules=[("some", "Type")])
    place = Place(AsyncRedisSaver(client, serde=strict))
    await grow(place)
    before = len(await fields(client, "p"))
    clone: Any = place.saver.with_allowlist([("another", "Type")])
    assert clone is not place.saver

    place.saver = clone
    await grow(place, 1, STEPS)

    assert len(await fields(client, "p")) == before + 1
    assert await place.values() == {"list": items(STEPS + 1), **LARGE}


async def test_a_thread_that_comes_again_with_the_same_numbers_is_read_as_it_is_now(
    saver: AsyncRedisSaver, fresh: AsyncRedisSaver
) -> None:
    for writer, text in ((saver, "old " * 1000), (fresh, "new " * 1000)):
        await writer.adelete_thread("t")
        checkpoint = empty_checkpoint()
        checkpoint["channel_values"], checkpoint["channel_versions"] = {"c": text}, {"c": 1}
        await writer.aput(root(), checkpoint, {}, {"c": 1})

    found = await saver.aget_tuple(root())

    assert found is not None
    assert found.checkpoint["channel_values"] == {"c": "new " * 1000}
