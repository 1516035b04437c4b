"""Where ``langgraph dev`` keeps threads."""

from pathlib import Path

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver, empty_checkpoint

from server import embedded_redis
from server.checkpoint import AsyncRedisSaver
from server.dev_checkpointer import open_checkpointer


async def leave_a_checkpoint(saver: BaseCheckpointSaver[str], thread: str) -> None:
    config = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    await saver.aput(config, empty_checkpoint(), {}, {})  # type: ignore[arg-type]


async def has(saver: BaseCheckpointSaver[str], thread: str) -> bool:
    return await saver.aget_tuple({"configurable": {"thread_id": thread}}) is not None


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_threads_lie_in_the_redis_of_the_settings(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)

    async with open_checkpointer() as saver:
        await leave_a_checkpoint(saver, "dev")

    async with AsyncRedisSaver.from_conn_string(redis_url) as saver:
        assert await has(saver, "dev")


async def test_threads_lie_in_a_folder_of_their_own_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    async with open_checkpointer() as saver, open_checkpointer() as second:
        await leave_a_checkpoint(saver, "dev")
        assert await has(second, "dev")

    async with open_checkpointer() as saver:
        assert await has(saver, "dev")
    assert names(tmp_path) == ["langgraph-dev"]


async def test_threads_lie_in_memory_where_there_is_no_server_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(embedded_redis, "_bundled_server", lambda: None)

    async with open_checkpointer() as saver, open_checkpointer() as second:
        await leave_a_checkpoint(saver, "dev")
        assert await has(second, "dev")

    assert "threads live only as long as this process" in caplog.text
