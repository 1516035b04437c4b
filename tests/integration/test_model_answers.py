"""Cached answers: asked for once, whoever needs them, and never given to another request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from server.models.answers import SharedAnswers
from tests.fixtures.redis_servers import cut_off
from tools.errors import ModelUnavailable
from tools.llm.answer_cache import AnswerStore, LocalAnswers, answer_key, answered_once
from tools.llm.usage import Answered, Usage

_REQUEST: dict[str, Any] = {"messages": [["human", "hi"]]}
_KEY = answer_key("chat", {"model": "m"}, _REQUEST)


@pytest.fixture(params=["of one process", "shared"])
async def store(request: pytest.FixtureRequest, own_redis_url: str) -> AsyncIterator[AnswerStore]:
    """An empty store of each kind."""
    if request.param == "of one process":
        yield LocalAnswers(60)
        return
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
        yield SharedAnswers(redis, timedelta(seconds=60))


def _asker(*values: str | Exception) -> tuple[Callable[[], Awaitable[Answered[str]]], list[int]]:
    left, calls = list(values), list[int]()

    async def ask() -> Answered[str]:
        calls.append(1)
        await asyncio.sleep(0.01)
        value = left.pop(0)
        if isinstance(value, Exception):
            raise value
        return Answered(value=value, usage=Usage(calls=1, input_tokens=3), model="openai:m")

    return ask, calls


def _always(_: str) -> bool:
    return True


async def test_of_many_that_ask_at_once_one_asks_the_provider(store: AnswerStore) -> None:
    ask, calls = _asker("ho")

    answers = await asyncio.gather(*[answered_once(store, _KEY, ask, _always) for _ in range(9)])

    assert {(answer.value, answer.model) for answer in answers} == {("ho", "openai:m")}
    assert len(calls) == sum(answer.usage.calls for answer in answers) == 1
    assert sum(answer.usage.cache_hits for answer in answers) == 8


async def test_after_a_failure_the_next_one_asks(store: AnswerStore) -> None:
    ask, calls = _asker(ModelUnavailable("busy"), "ho")

    first, second = await asyncio.gather(
        *[answered_once(store, _KEY, ask, _always) for _ in range(2)], return_exceptions=True
    )

    assert {type(first), type(second)} == {ModelUnavailable, Answered}
    assert len(calls) == 2


async def test_an_answer_that_is_not_worth_it_is_not_kept(store: AnswerStore) -> None:
    ask, calls = _asker("bad", "good")

    answers = [await answered_once(store, _KEY, ask, lambda value: value == "good") for _ in range(3)]

    assert [answer.value for answer in answers] == ["bad", "good", "good"]
    assert len(calls) == 2


async def test_a_cancelled_asker_leaves_the_asking_to_others(store: AnswerStore) -> None:
    ask, _ = _asker("ho")
    asking = asyncio.create_task(answered_once(store, _KEY, asyncio.Event().wait, _always))  # type: ignore[arg-type]
    await asyncio.wait([asking], timeout=0.1)
    asking.cancel()
    await asyncio.wait([asking])

    assert (await answered_once(store, _KEY, ask, _always)).value == "ho"


async def test_a_lost_asker_leaves_the_asking_to_others_when_its_lease_ends(own_redis_url: str) -> None:
    ask, _ = _asker("ho")
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
        store = SharedAnswers(redis, timedelta(seconds=60), lease_seconds=0.2)
        assert await store.claim(_KEY, "lost") == "mine"

        assert (await answered_once(store, _KEY, ask, _always)).value == "ho"
        await store.put(_KEY, "lost", b"too late")

        assert await store.claim(_KEY, "next") != b"too late"


async def test_an_answer_is_forgotten_after_its_time(own_redis_url: str) -> None:
    ask, calls = _asker("ho")
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
        store = SharedAnswers(redis, timedelta(seconds=60))
        await answered_once(store, _KEY, ask, _always)

        (key,) = await redis.keys("*")
        assert 0 < await redis.pttl(key) <= 60_000
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("operation", "parameters", "request_"),
    [
        ("chat", {"model": "other"}, _REQUEST),
        ("chat", {"model": "m", "temperature": 0}, _REQUEST),
        ("embeddings", {"model": "m"}, _REQUEST),
        ("chat", {"model": "m"}, {"messages": [["human", "hi "]]}),
        ("chat", {"model": "m"}, {"messages": [["human", "hi"], ["human", ""]]}),
        ("chat", {"model": "m"}, {"messages": [["ai", "hi"]]}),
    ],
)
def test_whatever_differs_gives_another_key(operation: Any, parameters: Any, request_: Any) -> None:
    assert answer_key(operation, parameters, request_) != _KEY


def test_the_order_of_parameters_makes_no_difference() -> None:
    assert answer_key("chat", {"a": 1, "b": 2}, {}) == answer_key("chat", {"b": 2, "a": 1}, {})


@pytest.mark.parametrize("turns", [*range(20), *(20 * 2**step for step in range(6))])
async def test_an_asker_given_up_whenever_lets_the_next_one_in(store: AnswerStore, turns: int) -> None:
    ask, _ = _asker("ho")
    asking = asyncio.create_task(answered_once(store, _KEY, ask, lambda _: False))
    for _ in range(turns):
        await asyncio.sleep(0)

    was_under_way = asking.cancel()
    await asyncio.wait({asking})

    if isinstance(store, LocalAnswers):  # before Python 3.12, redis-py may swallow it: asyncio.wait_for does
        assert asking.cancelled() == was_under_way
    assert await store.claim(_KEY, "the next one") == "mine"


async def test_an_answer_is_given_though_it_cannot_be_kept(own_redis_url: str) -> None:
    async with Redis.from_url(own_redis_url, retry=Retry(NoBackoff(), 0)) as redis:
        await redis.flushdb()

        async def ask() -> Answered[str]:
            await cut_off(redis)
            return Answered(value="ho", usage=Usage(calls=1))

        answered = await answered_once(SharedAnswers(redis, timedelta(seconds=60)), _KEY, ask, _always)

    assert answered.value == "ho"
