"""Options that every connection to Redis has."""

import pytest
from redis.asyncio import Redis

from server.redis_patience import patience


async def test_a_connection_reads_no_metadata_of_packages(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr("redis.utils.get_lib_version", lambda: read.append("redis") or "0")

    async with Redis.from_url(redis_url, **patience()) as client:
        assert await client.ping()

    assert read == []
