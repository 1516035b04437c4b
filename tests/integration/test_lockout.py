"""Passwords that are guessed, also all at once."""

import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from server import keys
from server.accounts.lockout import MOST, WINDOW_SECONDS, Lockout
from tools.errors import ServiceError


@pytest.fixture
def lockout(redis: Redis) -> Lockout:
    return Lockout(redis)


@pytest.fixture
def name() -> str:
    """Of somebody who has never tried."""
    return uuid4().hex


async def test_of_guesses_made_all_at_once_no_more_pass_than_one_after_the_other(
    lockout: Lockout, name: str
) -> None:
    guesses = (lockout.attempt(name=name) for _ in range(3 * MOST["name"]))

    said = await asyncio.gather(*guesses, return_exceptions=True)

    assert said.count(None) == MOST["name"]


async def test_who_is_refused_is_told_when_the_window_is_over(lockout: Lockout, name: str) -> None:
    for _ in range(MOST["name"]):
        await lockout.attempt(name=name)

    with pytest.raises(ServiceError, match="Too many failed attempts") as refused:
        await lockout.attempt(name=name)

    assert refused.value.retry_after is not None
    assert WINDOW_SECONDS - 60 < refused.value.retry_after <= WINDOW_SECONDS


async def test_attempts_that_succeed_lock_nobody_out(lockout: Lockout, name: str, redis: Redis) -> None:
    await lockout.attempt(address=name)
    for _ in range(2 * MOST["name"]):
        await lockout.attempt(name=name, address=name)
        await lockout.succeeded(name, address=name)

    assert await redis.get(keys.failures("name", name)) is None
    assert await redis.get(keys.failures("address", name)) == b"1"


async def test_taking_an_attempt_back_after_its_window_leaves_no_count(
    lockout: Lockout, name: str, redis: Redis
) -> None:
    await lockout.attempt(address=name)
    await redis.delete(keys.failures("address", name))

    await lockout.succeeded(name, address=name)

    assert not await redis.exists(keys.failures("address", name))
