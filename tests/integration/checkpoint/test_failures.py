"""An error raises; it never reads as "no state", and it never leaves half a checkpoint."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio import RedisCluster
from redis.exceptions import (
    ConnectionError,
    MovedError,
    RedisError,
    ResponseError,
)

from server.checkpoint import (
    AsyncRedisSaver,
    CheckpointIncomplete,
    RedisSaver,
    SaverOptions,
    UnsuitableServer,
    layout,
    suitability,
)
from server.checkpoint.connection import AsyncClient, open_client
from tests.fixtures.redis_servers import MovingSlot, RedisProcess, redis_cluster, wait_until
from tests.integration.checkpoint.conftest import Place, binary_of, on_a_cluster

THREAD: RunnableConfig = {"configurable": {"thread_id": "t"}}
THREADS = 1_000
KEYS = dict(zip(("meta", "data", "ids", "writes"), layout.thread_keys("t"), strict=True))


@pytest.fixture
async def own_client(own_server: RedisProcess) -> AsyncIterator[AsyncRedis]:
    async with AsyncRedis.from_url(own_server.url) as client:
        yield client


@pytest.fixture
def own_place(own_client: AsyncRedis) -> Place:
    return Place(AsyncRedisSaver(own_client))


async def get(place: Place) -> Any:
    return await place.saver.aget_tuple(THREAD)


async def get_all(place: Place) -> Any:
    return [found async for found in place.saver.alist(THREAD)]


async def get_everywhere(place: Place) -> Any:
    return [found async for found in place.saver.alist(None)]


async def put(place: Place) -> Any:
    return await place.put({"c": "next"})


async def put_writes(place: Place) -> Any:
    return await place.write([("c", "next")])


async def copy(place: Place) -> Any:
    return await place.saver.acopy_thread("t", "other")


async def prune(place: Place) -> Any:
    return await place.saver.aprune(["t"])


async def delete(place: Place) -> Any:
    return await place.saver.adelete_thread("t")


async def history(place: Place) -> Any:
    return await place.saver.aget_delta_channel_history(config=THREAD, channels=["c"])


Call = Callable[[Place], Awaitable[Any]]
READS: list[Call] = [get, get_all, get_everywhere, history, copy]
CALLS: list[Call] = [*READS, put, put_writes, prune, delete]


@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_is_down_raises(own_server: RedisProcess, own_place: Place, call: Call) -> None:
    await own_place.put({"c": 1})
    own_server.kill()

    with pytest.raises(ConnectionError):
        await call(own_place)


async def test_a_thread_whose_first_put_failed_is_listed_once_one_succeeds(
    own_server: RedisProcess, own_place: Place
) -> None:
    own_server.kill()
    with pytest.raises(ConnectionError):
        await own_place.put({"c": 1})
    own_server.start()

    await own_place.put({"c": 2})

    assert len(await get_everywhere(own_place)) == 1


@pytest.mark.parametrize("call", CALLS)
async def test_a_busy_server_raises(own_server: RedisProcess, own_place: Place, call: Call) -> None:
    await own_place.put({"c": 1})
    with closing(Redis.from_url(own_server.url)) as other, closing(Redis.from_url(own_server.url)) as third:
        other.config_set("lua-time-limit", 1)
        endless = threading.Thread(target=lambda: _ignore(lambda: other.eval("while true do end", 0)))
        endless.start()
        wait_until(lambda: _refuses(third))
        try:
            with pytest.raises(ResponseError, match="BUSY"):
                await call(own_place)
        finally:
            third.script_kill()
            endless.join()


def _ignore(call: Callable[[], Any]) -> None:
    with suppress(RedisError):
        call()


def _refuses(client: Redis) -> bool:
    try:
        client.ping()
    except ResponseError:
        return True
    return False


async def test_a_full_server_refuses_whole_checkpoints_only(own_client: AsyncRedis, own_place: Place) -> None:
    await own_place.put({"c": 0})
    used = (await own_client.info("memory"))["used_memory"]
    await own_client.config_set("maxmemory", used + 2_000_000)
    own_place.saver = AsyncRedisSaver(own_client, options=SaverOptions(compress_above=None))

    stored = await _fill(own_place)
    assert await own_place.values() == {"c": str(stored) * 10_000}
    assert len(await get_all(own_place)) == stored + 1


async def _fill(place: Place) -> int:
    """Put checkpoints until the server refuses one. Returns the number of the last that it took."""
    for number in range(1, 1000):
        try:
            await place.put({"c": str(number) * 10_000})
        except ResponseError as error:
            assert "maxmemory" in str(error)  # noqa: PT017 - which of the puts is refused depends on the server
            return number - 1
    raise AssertionError("the server took everything")


@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_forgot_the_scripts_is_told_again(
    client: AsyncClient, place: Place, call: Call
) -> None:
    await place.put({"c": 1})
    await client.script_flush()

    await call(place)

    found = await get(place)
    assert (found is None) == (call is delete)


@on_a_cluster
def test_a_client_of_one_node_raises_for_the_others_threads(deployment: str) -> None:
    with RedisSaver.from_conn_string(deployment.replace("+cluster", "")) as one_node:
        threads = [{"configurable": {"thread_id": f"t{number}"}} for number in range(100)]

        with pytest.raises(MovedError):
            [one_node.get_tuple(config) for config in threads]  # type: ignore[arg-type]


@pytest.fixture
def moving(deployment: str) -> Iterator[MovingSlot]:
    """The slot of the thread on its way to another node."""
    with MovingSlot.of(deployment, KEYS["meta"]) as moving:
        yield moving


@on_a_cluster
async def test_a_thread_is_read_and_written_while_its_slot_moves(place: Place, moving: MovingSlot) -> None:
    async def go_on(number: int) -> None:
        await place.put({"c": number})
        await place.write([("c", number)])
        assert await place.values() == {"c": number}

    await go_on(1)
    moving.begin()
    await go_on(2)
    moving.move(KEYS.values())
    await go_on(3)
    moving.end()
    await go_on(4)

    steps = [found.checkpoint["channel_values"]["c"] for found in await get_all(place)]
    assert steps == [4, 3, 2, 1]


@on_a_cluster
async def test_a_thread_without_pending_writes_raises_while_its_slot_moves(
    place: Place, moving: MovingSlot
) -> None:
    await place.put({"c": 1})
    moving.begin()

    with pytest.raises(RedisError):
        await get(place)

    moving.end()
    assert await place.values() == {"c": 1}


@on_a_cluster
@pytest.mark.parametrize("call", [*READS, put, put_writes])
async def test_a_thread_that_moved_by_half_raises(place: Place, moving: MovingSlot, call: Call) -> None:
    await place.put({"c": 1})
    await place.write([("c", 1)])
    moving.begin()
    moving.move([KEYS["meta"], KEYS["data"]])

    with pytest.raises(RedisError):
        await call(place)

    moving.end()
    assert await place.values() == {"c": 1}


@pytest.mark.parametrize("evicted", KEYS)
@pytest.mark.parametrize("call", [*READS, put, put_writes, prune])
async def test_an_evicted_key_is_missed_and_named(
    client: AsyncClient, place: Place, evicted: str, call: Call
) -> None:
    await place.put({"c": 1})
    await place.write([("c", 1)])
    await client.delete(KEYS[evicted])
    with pytest.raises(CheckpointIncomplete, match="part of its data is gone"):
        await call(place)


@pytest.mark.parametrize("kind", ["b", "c", "m", "w"])
async def test_a_missing_field_is_missed_and_named(client: AsyncClient, place: Place, kind: str) -> None:
    await place.put({"c": 1})
    await place.write([("c", 1)])
    fields = [field for field in await client.hkeys(KEYS["data"]) if field.startswith(kind.encode())]
    await client.hdel(KEYS["data"], *fields)

    with pytest.raises(CheckpointIncomplete):
        await get(place)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_server_that_evicts_is_warned_of(
    own_server: RedisProcess, own_client: AsyncRedis, policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    await own_client.config_set("maxmemory-policy", policy)

    async with AsyncRedisSaver.from_conn_string(own_server.url):
        assert policy in caplog.text
        assert "CONFIG SET maxmemory-policy noeviction" in caplog.text


def hide_the_policy(client: Any) -> None:
    """Let INFO say as little as it does on some managed servers."""
    client.set_response_callback("INFO", lambda _, **__: {"redis_version": "7.2.0"})


async def test_a_policy_that_info_does_not_tell_is_asked_of_config(
    own_client: AsyncRedis, caplog: pytest.LogCaptureFixture
) -> None:
    hide_the_policy(own_client)
    await AsyncRedisSaver(own_client).acheck_server()
    assert caplog.text == ""

    await own_client.config_set("maxmemory-policy", "allkeys-lru")
    await AsyncRedisSaver(own_client).acheck_server()
    assert "allkeys-lru" in caplog.text


async def test_a_policy_that_nobody_tells_is_warned_of(
    own_server: RedisProcess, own_client: AsyncRedis, caplog: pytest.LogCaptureFixture
) -> None:
    await own_client.execute_command(
        "ACL", "SETUSER", "limited", "on", "nopass", "~*", "&*", "+@all", "-config"
    )
    name = {"username": "limited", "password": "any"}
    with closing(Redis.from_url(own_server.url, **name)) as limited:
        hide_the_policy(limited)
        RedisSaver(limited).check_server()
    async with AsyncRedis.from_url(own_server.url, **name) as limited:
        hide_the_policy(limited)
        await AsyncRedisSaver(limited).acheck_server()

    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 2
    assert all("does not tell its maxmemory-policy" in warning for warning in warnings)


@on_a_cluster
async def test_every_node_of_a_cluster_is_asked_for_its_policy(
    deployment: str, client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(client, RedisCluster)
    last = client.get_primaries()[-1]
    await client.config_set("maxmemory-policy", "allkeys-lru", target_nodes=last)
    try:
        await AsyncRedisSaver(client).acheck_server()
        with RedisSaver.from_conn_string(deployment):
            pass
    finally:
        await client.config_set("maxmemory-policy", "noeviction", target_nodes=last)

    assert [record.args for record in caplog.records] == [("allkeys-lru",)] * 2


async def test_a_cluster_of_one_node_is_checked_as_any_other(redis_binaries: dict[str, Path]) -> None:
    with redis_cluster(binary_of("cluster", redis_binaries), size=1) as url:
        async with AsyncRedisSaver.from_conn_string(url) as saver:
            await Place(saver).put({"c": 1})
        with RedisSaver.from_conn_string(url) as blocking:
            found = blocking.get_tuple(THREAD)

    assert found is not None


def test_an_old_server_is_refused() -> None:
    with pytest.raises(UnsuitableServer, match=r"6\.0\.16 is too old"):
        suitability.refuse_old({"redis_version": "6.0.16"})


def test_an_url_of_another_kind_is_refused() -> None:
    with pytest.raises(UnsuitableServer, match="'http' is no scheme"):
        open_client("http://localhost")


def test_a_client_that_decodes_is_refused() -> None:
    with pytest.raises(ValueError, match="decode_responses"):
        RedisSaver(Redis(decode_responses=True))


async def test_cancelled_calls_mix_no_replies_up(saver: AsyncRedisSaver) -> None:
    places = [Place(saver, f"t{number}") for number in range(20)]
    for number, place in enumerate(places):
        await place.put({"c": number})
    chance = random.Random(7)  # noqa: S311 - no secret

    async def interrupted(place: Place, number: int) -> None:
        values = {"c": number}
        call = chance.choice([place.values, lambda: place.put(values), lambda: place.write([("c", number)])])
        task = asyncio.create_task(call())
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)  # lets the task go one step
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for _ in range(20):
        await asyncio.gather(*(interrupted(place, number) for number, place in enumerate(places)))

    assert [await place.values() for place in places] == [{"c": number} for number in range(len(places))]


async def test_a_thousand_deleted_threads_leave_no_key(own_client: AsyncRedis) -> None:
    saver = AsyncRedisSaver(own_client)
    turns = asyncio.Semaphore(50)

    async def live_and_go(number: int) -> None:
        async with turns:
            place = Place(saver, f"thread {number}", "" if number % 2 else "child")
            await place.put({"c": number}, run_id=f"run {number % 7}")
            await place.write([("c", number)])

    async def go(number: int) -> None:
        async with turns:
            await saver.adelete_thread(f"thread {number}")

    await asyncio.gather(*map(live_and_go, range(THREADS)))
    assert await own_client.dbsize() == 4 * THREADS + 2
    await asyncio.gather(*map(go, range(THREADS)))

    assert await own_client.dbsize() == 0
