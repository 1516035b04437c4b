"""When commands may go past the client's `execute_command`."""

from typing import Any

import pytest
from redis.asyncio import Redis, RedisCluster

from server.checkpoint.exchange import is_direct


class Counting(Redis):
    """A client that somebody has changed."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        raise NotImplementedError


def test_commands_of_a_plain_client_go_past_it() -> None:
    assert is_direct(Redis())


@pytest.mark.parametrize(
    "client", [Counting(), Redis(single_connection_client=True), RedisCluster(host="localhost")]
)
def test_commands_of_other_clients_go_through_them(client: Any) -> None:
    assert not is_direct(client)


def test_commands_of_an_instrumented_client_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Redis.execute_command

    async def traced(self: Redis, *arguments: Any, **options: Any) -> Any:
        return await plain(self, *arguments, **options)

    traced.__wrapped__ = plain  # type: ignore[attr-defined] - as wrapt and functools.wraps have it
    monkeypatch.setattr(Redis, "execute_command", traced)

    assert not is_direct(Redis())
