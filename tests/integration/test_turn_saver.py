"""A turn's checkpointer: what it read ahead is what it would read, and its writes come late but whole."""

import asyncio

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from redis.asyncio import Redis

from server.checkpoint import AsyncRedisSaver, StaleFencingToken
from server.realtime.turn_saver import TurnSaver

THREAD: RunnableConfig = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}


@pytest.fixture
def turn(redis: Redis) -> TurnSaver:
    return TurnSaver.of(AsyncRedisSaver(redis).holding("t", 5))


async def put(saver: AsyncRedisSaver) -> RunnableConfig:
    return await saver.aput(THREAD, empty_checkpoint(), {"step": 1}, {})


async def test_what_was_read_ahead_is_asked_of_nobody_again_and_only_once(
    turn: TurnSaver, redis: Redis
) -> None:
    stored = await put(turn)
    await turn.read_ahead(THREAD)
    await redis.flushdb()

    first, second = await turn.aget_tuple(THREAD), await turn.aget_tuple(THREAD)

    assert first is not None
    assert first.config["configurable"]["checkpoint_id"] == stored["configurable"]["checkpoint_id"]
    assert second is None


async def test_a_checkpoint_that_is_named_is_not_the_one_read_ahead(turn: TurnSaver) -> None:
    older = await put(turn)
    newer = await put(turn)
    await turn.read_ahead(THREAD)

    for stored in (older, newer):
        found = await turn.aget_tuple(stored)
        assert found is not None
        assert found.config["configurable"]["checkpoint_id"] == stored["configurable"]["checkpoint_id"]


async def test_what_was_read_ahead_is_forgotten_where_the_turn_writes(turn: TurnSaver) -> None:
    await turn.read_ahead(THREAD)

    await put(turn)

    assert await turn.aget_tuple(THREAD) is not None


async def test_writes_of_a_turn_that_steps_back_come_no_sooner_than_it_says(turn: TurnSaver) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    turn.step_back(0.05)

    stored = await put(turn)
    took = clock() - began
    await turn.aput_writes(stored, [("channel", 1)], "task")

    assert took >= 0.05
    found = await turn.aget_tuple(THREAD)
    assert found is not None
    assert found.pending_writes == [("task", "channel", 1)]


async def test_a_turn_whose_thread_was_taken_writes_nothing(turn: TurnSaver, redis: Redis) -> None:
    await AsyncRedisSaver(redis).afence("t", 6)
    turn.step_back(0.01)

    with pytest.raises(StaleFencingToken):
        await put(turn)
