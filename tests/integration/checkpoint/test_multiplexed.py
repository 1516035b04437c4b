"""A client whose short commands share one connection: each gets its own reply, and outlives what breaks."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from server.checkpoint.multiplexed import MultiplexedRedis
from tests.fixtures.redis_servers import RedisProcess

LARGE = b"x" * (4 << 20)
PATIENT = Retry(ConstantBackoff(0.05), 200)


@pytest.fixture
async def client(own_server: RedisProcess) -> AsyncIterator[MultiplexedRedis]:
    async with MultiplexedRedis.from_url(own_server.url, retry=None, retry_on_error=[]) as client:
        yield client  # type: ignore[misc] - from_url is typed for redis-py's class


async def connections(client: MultiplexedRedis) -> int:
    return len(await client.client_list()) - 1  # without the one that asks


async def test_commands_at_once_share_a_connection_and_get_their_own_replies(
    client: MultiplexedRedis,
) -> None:
    await asyncio.gather(*(client.set(f"k{n}", n) for n in range(500)))
    found = await asyncio.gather(*(client.get(f"k{n}") for n in range(500)))

    assert found == [str(n).encode() for n in range(500)]
    assert await connections(client) == 1


async def test_replies_are_converted_as_redis_py_does(client: MultiplexedRedis) -> None:
    await client.hset("hash", mapping={"a": "1"})
    await client.xadd("stream", {"f": "v"}, id="1-0")

    assert await client.hgetall("hash") == {b"a": b"1"}
    assert await client.xrange("stream") == [(b"1-0", {b"f": b"v"})]
    assert await client.set("k", "new", nx=True) is True
    assert await client.set("k", "old", get=True) == b"new"


async def test_an_error_is_its_own_commands_and_nobody_elses(client: MultiplexedRedis) -> None:
    await client.set("text", "x")
    wrong, right = await asyncio.gather(client.hget("text", "f"), client.get("text"), return_exceptions=True)

    assert isinstance(wrong, ResponseError)
    assert right == b"x"
    with pytest.raises(NoScriptError):
        await client.evalsha("0" * 40, 0)


async def test_commands_sent_together_answer_in_order_errors_among_them(client: MultiplexedRedis) -> None:
    replies = await client.together([("SET", "k", "1"), ("HGET", "k", "f"), ("GET", "k")])

    assert replies[0] == b"OK"
    assert isinstance(replies[1], ResponseError)
    assert replies[2] == b"1"


async def test_a_cancelled_command_leaves_its_reply_to_nobody(client: MultiplexedRedis) -> None:
    await client.set("large", LARGE)
    given_up = asyncio.create_task(client.get("large"))
    await asyncio.sleep(0)  # until it is sent
    given_up.cancel()

    assert await client.exists("large") == 1
    assert given_up.cancelled()


async def test_what_is_larger_than_the_sockets_buffer_goes_and_comes_whole(client: MultiplexedRedis) -> None:
    await asyncio.gather(*(client.set(f"large{n}", LARGE + str(n).encode()) for n in range(4)))

    assert [await client.get(f"large{n}") for n in range(4)] == [LARGE + str(n).encode() for n in range(4)]


async def test_who_waits_when_the_server_dies_is_told(
    client: MultiplexedRedis, own_server: RedisProcess
) -> None:
    await client.get("k")
    assert own_server.process is not None
    own_server.process.send_signal(signal.SIGSTOP)
    asked = [asyncio.create_task(client.get("k")) for _ in range(10)]
    await asyncio.sleep(0)
    own_server.kill()

    replies = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(reply) for reply in replies} == {RedisConnectionError}


async def test_commands_outlast_a_restart_of_the_server(own_server: RedisProcess) -> None:
    patient = MultiplexedRedis.from_url(
        own_server.url, retry=PATIENT, retry_on_error=[RedisConnectionError, OSError]
    )
    async with patient as client:
        await client.get("k")
        own_server.kill()
        asked = [asyncio.create_task(client.get("k")) for _ in range(50)]
        await asyncio.sleep(0)
        own_server.start()

        assert await asyncio.gather(*asked) == [None] * 50


async def test_a_server_that_does_not_answer_in_time_is_given_up(own_server: RedisProcess) -> None:
    impatient = MultiplexedRedis.from_url(own_server.url, socket_timeout=0.2, retry=None, retry_on_error=[])
    async with impatient as client:
        await client.get("k")
        assert own_server.process is not None
        own_server.process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(RedisTimeoutError):
                await client.get("k")
        finally:
            own_server.process.send_signal(signal.SIGCONT)

        assert await client.get("k") is None


async def test_blocking_commands_keep_nobody_waiting(client: MultiplexedRedis) -> None:
    blocked = asyncio.create_task(client.blpop(["list"], timeout=0))

    assert await client.get("k") is None
    await client.rpush("list", "v")
    assert await blocked == (b"list", b"v")


async def test_a_reader_along_sees_every_command(
    client: MultiplexedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, seen = Redis.execute_command, list[str]()

    async def traced(self: Redis, *arguments: object, **options: object) -> object:
        seen.append(str(arguments[0]))
        return await plain(self, *arguments, **options)

    traced.__wrapped__ = plain  # type: ignore[attr-defined] - as wrapt and functools.wraps have it
    monkeypatch.setattr(Redis, "execute_command", traced)
    await client.get("k")

    assert seen == ["GET"]
