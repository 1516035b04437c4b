"""LangGraph's own suite for checkpointers, every capability of it."""

from collections.abc import AsyncGenerator, Callable

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.capabilities import Capability

from server.checkpoint import AsyncRedisSaver, RedisSaver


async def asynchronous(url: str) -> AsyncGenerator[BaseCheckpointSaver[str]]:
    async with AsyncRedisSaver.from_conn_string(url) as saver:
        yield saver


async def blocking(url: str) -> AsyncGenerator[BaseCheckpointSaver[str]]:
    with RedisSaver.from_conn_string(url) as saver:
        yield saver


@pytest.mark.parametrize("capability", [capability.value for capability in Capability])
@pytest.mark.parametrize("opened", [asynchronous, blocking])
async def test_every_capability_conforms(
    deployment: str, opened: Callable[[str], AsyncGenerator[BaseCheckpointSaver[str]]], capability: str
) -> None:
    registered = checkpointer_test(name=opened.__name__)(lambda: opened(deployment))

    report = await validate(registered, capabilities={capability})

    result = report.results[capability]
    assert result.detected
    assert result.failures == []
    assert result.tests_passed > 0
