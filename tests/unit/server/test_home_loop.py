"""Waiting, in other threads, for what one event loop does."""

import asyncio

import pytest

from server.home_loop import HomeLoop


async def _seven() -> int:
    await asyncio.sleep(0)
    return 7


async def test_another_thread_gets_what_the_loop_did() -> None:
    home = HomeLoop(instead="the other way")
    assert await asyncio.to_thread(lambda: home.wait_for(_seven())) == 7


async def test_the_loop_itself_is_refused_before_it_waits_for_ever() -> None:
    home = HomeLoop(instead="the other way")
    with pytest.raises(RuntimeError, match="use the other way"):
        home.wait_for(_seven())


def test_a_maker_outside_any_loop_has_none_to_wait_for() -> None:
    with pytest.raises(RuntimeError, match="use the other way"):
        HomeLoop(instead="the other way").wait_for(_seven())
