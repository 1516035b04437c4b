"""Event logs while Redis is slow, away, or answers and is not heard."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from server.keys import RunKey
from server.runs.leases import Leases
from server.stream import log as log_module
from server.stream.broker import EventBroker, open_broker
from server.stream.writer import WINDOW
from tests.fixtures.event_logs import HOUR, KEYS, events, new_run, numbers, opened, read, until
from tests.fixtures.redis_servers import RedisProcess, redis_process
from tests.fixtures.tcp_proxy import LossyProxy, lossy_proxy


@pytest.fixture
def server(redis_binaries: dict[str, Path]) -> Iterator[RedisProcess]:
    """A server that a test may kill."""
    with redis_process(next(iter(redis_binaries.values()))) as server:
        yield server


@asynccontextmanager
async def broker_at(url: str) -> AsyncIterator[tuple[EventBroker, Leases]]:
    async with Redis.from_url(url) as client, open_broker(client, KEYS, keep=HOUR) as broker:
        yield broker, Leases(client, KEYS, duration=timedelta(0), keep=HOUR)


@pytest.fixture
async def proxy(redis_url: str) -> AsyncIterator[LossyProxy]:
    """A way to the session's server on which replies get lost."""
    async with lossy_proxy(redis_url) as proxy:
        yield proxy


async def test_a_batch_whose_reply_is_lost_is_there_once(proxy: LossyProxy, run: RunKey) -> None:
    async with broker_at(f"redis://127.0.0.1:{proxy.port}") as (broker, leases):
        log = await opened(broker, leases, run)
        await log.emit("values", b"0")
        await log.flush()
        proxy.lose = b"EVALSHA"
        await log.emit("values", b"1")
        await log.flush()
        await log.emit("values", b"2")
        await log.close()

        assert proxy.lost == 1
        assert await read(broker, run) == numbers(0, 3)


async def test_events_that_come_while_others_are_sent_gather_in_a_window_of_their_own(
    redis_url: str, run: RunKey
) -> None:
    async with broker_at(redis_url) as (broker, leases):
        log, loop = await opened(broker, leases, run), asyncio.get_running_loop()
        start = loop.time()
        for number in range(3000):
            await log.emit("values", str(number).encode())
            await asyncio.sleep(0)
        windows = (loop.time() - start) / WINDOW
        await log.flush()

        assert broker.written.events == 3000
        assert broker.written.commands <= windows + 3  # the first event's, and the flush's


async def test_an_outage_is_waited_out_by_writer_and_followers(
    server: RedisProcess, run: RunKey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with broker_at(server.url) as (broker, leases):
        log = await opened(broker, leases, run)
        await log.emit("values", b"0")
        await log.flush()
        following = asyncio.create_task(read(broker, run))
        await live(broker)
        server.kill()
        for number in range(1, 500):
            await log.emit("values", str(number).encode())
        flushing = asyncio.create_task(log.flush())
        await failed(broker)
        await asyncio.to_thread(server.start)
        await flushing
        await log.close()

        assert await following == numbers(0, 500)


async def test_a_graph_that_is_far_ahead_of_redis_waits(
    server: RedisProcess, run: RunKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "MAX_BUFFERED", 1000)
    async with broker_at(server.url) as (broker, leases):
        log = await opened(broker, leases, run)
        await log.emit("values", b"0")
        await log.flush()
        server.kill()
        emitted = 1

        async def emit_all() -> None:
            nonlocal emitted
            for number in range(1, 500):
                await log.emit("values", str(number).encode())
                emitted += 1

        emitting = asyncio.create_task(emit_all())
        await failed(broker)
        assert 50 < emitted < 200
        await asyncio.to_thread(server.start)
        await emitting
        await log.close()

        assert await read(broker, run) == numbers(0, 500)


async def test_much_at_once_becomes_several_entries(
    broker: EventBroker, leases: Leases, run: RunKey, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "MAX_BATCH", 1000)
    log = await opened(broker, leases, run)
    for number in range(500):
        await log.emit("values", str(number).encode(), mark=str(number) if number == 250 else None)
    await log.close()

    assert await redis.xlen(KEYS.events(run)) >= 5
    assert await read(broker, run) == numbers(0, 500)
    mark = await broker.last_mark(run)
    assert mark is not None
    assert mark.event_id == (await events(broker, run))[250].id


@pytest.mark.parametrize(("name", "data"), [("a\nb", b"{}"), ("values", b"{\n}")])
async def test_an_event_with_a_line_break_is_refused(
    broker: EventBroker, leases: Leases, run: RunKey, name: str, data: bytes
) -> None:
    log = await opened(broker, leases, run)

    with pytest.raises(ValueError, match="line break"):
        await log.emit(name, data)


async def test_a_log_that_redis_refuses_fails_alone(
    broker: EventBroker, leases: Leases, run: RunKey, redis: Redis
) -> None:
    other = new_run()
    broken, sound = await opened(broker, leases, run), await opened(broker, leases, other)
    await redis.xadd(KEYS.events(run), {"d": "", "n": 0}, id="9999999999999-0")

    await broken.emit("values", b"0")
    await sound.emit("values", b"0")
    with pytest.raises(ResponseError, match="equal or smaller"):
        await broken.flush()
    await sound.close()

    assert await read(broker, other) == [b"0"]


async def failed(broker: EventBroker) -> None:
    """Wait until the writer has found Redis away."""
    await until(lambda: broker.written.failures > 0)


async def live(broker: EventBroker) -> None:
    """Wait until somebody follows a log."""
    await until(lambda: broker.followers > 0)
