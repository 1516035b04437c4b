"""Event logs for the tests that write and follow them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from server.keys import RunKey
from server.runs.leases import Leases
from server.stream.broker import EventBroker, open_broker
from server.stream.log import RunLog
from tests.fixtures.event_logs import HOUR, KEYS, new_run, opened


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the session's server."""
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def broker(redis: Redis) -> AsyncIterator[EventBroker]:
    """A broker on the session's server."""
    async with open_broker(redis, KEYS, keep=HOUR) as broker:
        yield broker


@pytest.fixture
def leases(redis: Redis) -> Leases:
    """Leases that lapse at once: they only fence."""
    return Leases(redis, KEYS, duration=timedelta(0), keep=HOUR)


@pytest.fixture
def run() -> RunKey:
    """A run that nobody has seen before."""
    return new_run()


@pytest.fixture
async def log(broker: EventBroker, leases: Leases, run: RunKey) -> RunLog:
    """The log of that run, which a worker has just claimed."""
    return await opened(broker, leases, run)
