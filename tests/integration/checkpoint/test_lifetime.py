"""How long threads live, and who may still write to them."""

from datetime import timedelta
from typing import Any

import pytest

from server.checkpoint import FENCING_TOKEN, AsyncRedisSaver, SaverOptions, StaleFencingToken, layout
from server.checkpoint.connection import AsyncClient
from tests.integration.checkpoint.conftest import Place

HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000
MARGIN_MS = 60_000
KEYS = layout.thread_keys("t")


async def left(client: AsyncClient) -> list[int]:
    """Milliseconds that the thread's keys have left; -1 is for ever."""
    return [await client.pttl(key) for key in KEYS]


def about(found: list[int], expected: int) -> bool:
    return all(expected - MARGIN_MS < one <= expected for one in found)


@pytest.fixture
def mortal(client: AsyncClient) -> Place:
    return Place(AsyncRedisSaver(client, options=SaverOptions(ttl=HOUR)))


async def test_a_thread_without_a_ttl_stays(place: Place, client: AsyncClient) -> None:
    await place.put({"c": 1})
    await place.write([("c", 1)])

    assert await left(client) == [-1, -1, -1, -1]


async def age(client: AsyncClient) -> None:
    """Let most of the thread's hour pass."""
    for key in KEYS:
        await client.pexpire(key, MARGIN_MS)


async def test_every_write_gives_all_keys_of_a_thread_their_full_time(
    mortal: Place, client: AsyncClient
) -> None:
    await mortal.put({"c": 1, "constant": 2})
    await mortal.write([("c", 1)])
    await Place(mortal.saver, "t", "child").put({"c": 1})
    await age(client)

    await mortal.put({"c": 2, "constant": 2}, changed=["c"])
    assert about(await left(client), HOUR_MS)

    await age(client)
    await mortal.write([("c", 3)])
    assert about(await left(client), HOUR_MS)


@pytest.mark.parametrize(("refresh", "expected"), [(False, MARGIN_MS), (True, HOUR_MS)])
async def test_reading_prolongs_a_thread_only_when_asked_to(
    client: AsyncClient, refresh: bool, expected: int
) -> None:
    place = Place(AsyncRedisSaver(client, options=SaverOptions(ttl=HOUR, refresh_on_read=refresh)))
    await place.put({"c": 1})
    await place.write([("c", 1)])
    await age(client)

    await place.values()

    assert about(await left(client), expected)


async def test_a_run_that_outlives_its_thread_stores_the_constant_values_again(
    mortal: Place, client: AsyncClient
) -> None:
    await mortal.put({"c": 1, "constant": {"large": "x" * 5000}})
    await client.delete(*KEYS)

    await mortal.put({"c": 2, "constant": {"large": "x" * 5000}}, changed=["c"])

    assert await mortal.values() == {"c": 2, "constant": {"large": "x" * 5000}}


async def test_a_threads_own_ttl_goes_before_the_savers(mortal: Place, client: AsyncClient) -> None:
    await mortal.put({"c": 1})
    await mortal.write([("c", 1)])

    await mortal.saver.aset_ttl("t", 2 * HOUR)
    assert about(await left(client), 2 * HOUR_MS)
    await mortal.put({"c": 2})
    assert about(await left(client), 2 * HOUR_MS)

    await mortal.saver.aset_ttl("t", None)
    await mortal.put({"c": 3})
    assert await left(client) == [-1, -1, -1, -1]

    await mortal.saver.areset_ttl("t")
    assert about(await left(client), HOUR_MS)


async def test_a_ttl_can_be_given_before_the_first_checkpoint(mortal: Place, client: AsyncClient) -> None:
    await mortal.saver.aset_ttl("t", None)
    await mortal.saver.areset_ttl("other thread")

    await mortal.put({"c": 1})
    await mortal.write([("c", 1)])

    assert await left(client) == [-1, -1, -1, -1]
    assert await client.exists(layout.thread_keys("other thread")[0]) == 0


async def test_a_saver_without_a_ttl_leaves_a_threads_last_moment(mortal: Place, client: AsyncClient) -> None:
    await mortal.put({"c": 1})

    mortal.saver = AsyncRedisSaver(client)
    await mortal.write([("c", 1)])

    assert about(await left(client), HOUR_MS)


def holding(place: Place, token: int) -> Place:
    """The same thread, written by a holder of a token."""
    holder = Place(place.saver)
    configurable: dict[str, Any] = {**place.config["configurable"], FENCING_TOKEN: token}
    holder.config, holder.versions = {"configurable": configurable}, dict(place.versions)
    return holder


async def test_a_writer_with_an_old_token_is_refused(place: Place) -> None:
    await place.put({"c": 0})
    zombie, successor = holding(place, 9), holding(place, 10)
    await zombie.write([("c", "in time")], task="a")
    await successor.put({"c": "successor"})

    with pytest.raises(StaleFencingToken, match="token 10"):
        await zombie.put({"c": "zombie"})
    with pytest.raises(StaleFencingToken, match="token 10"):
        await zombie.write([("c", "zombie")], task="b")

    assert await place.values() == {"c": "successor"}
    found = await place.saver.aget_tuple(place.config)
    assert found is not None
    assert [value for _, _, value in found.pending_writes or []] == ["in time"]


async def test_a_new_owner_shuts_the_old_one_out_before_it_writes(place: Place) -> None:
    await place.put({"c": 0})

    await place.saver.afence("t", 2)

    with pytest.raises(StaleFencingToken):
        await holding(place, 1).put({"c": "zombie"})
    with pytest.raises(StaleFencingToken):
        await place.saver.afence("t", 1)
    assert await place.values() == {"c": 0}


async def test_a_fencing_token_is_no_metadata(place: Place) -> None:
    holder = holding(place, 1)
    await holder.put({"c": 0})

    found = await place.saver.aget_tuple(holder.config)

    assert found is not None
    assert found.metadata == {}


async def test_a_thread_that_a_deleted_run_left_empty_still_refuses_its_zombie(
    mortal: Place, client: AsyncClient
) -> None:
    await holding(mortal, 1).put({"c": 0}, run_id="run")
    await mortal.saver.afence("t", 2)
    await mortal.saver.aset_ttl("t", 2 * HOUR)

    await mortal.saver.adelete_for_runs(["run"])

    assert await mortal.values() is None
    with pytest.raises(StaleFencingToken):
        await holding(mortal, 1).put({"c": "zombie"})
    assert about([await client.pttl(KEYS[0])], 2 * HOUR_MS)


@pytest.mark.parametrize("token", [-1, 2**53, 1.5])
async def test_a_token_that_redis_cannot_compare_is_refused(place: Place, token: Any) -> None:
    await place.put({"c": 0})

    with pytest.raises(ValueError, match="fencing token"):
        await place.saver.afence("t", token)
    with pytest.raises(ValueError, match="fencing token"):
        await holding(place, token).put({"c": 1})


async def test_neighbouring_tokens_are_told_apart_up_to_the_greatest(place: Place) -> None:
    await place.saver.afence("t", 2**53 - 1)

    with pytest.raises(StaleFencingToken):
        await place.saver.afence("t", 2**53 - 2)
