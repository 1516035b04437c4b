"""What is made once, when it is first needed."""

import asyncio
import threading

import pytest

from server.runs.once import Once


async def test_all_who_ask_get_the_value_that_was_made_for_the_first() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    once = Once(make)

    found = await asyncio.gather(*(once.get() for _ in range(3)))

    assert found == [made[0]] * 3
    assert len(made) == 1


async def test_others_go_on_while_it_is_made() -> None:
    may_go = threading.Event()
    once = Once(lambda: may_go.wait(10))

    asking = asyncio.create_task(once.get())
    await asyncio.sleep(0)
    assert not once.is_made
    may_go.set()

    assert await asking
    assert once.is_made


async def test_what_failed_is_tried_again() -> None:
    tries = iter((ValueError("no"), "made"))

    def make() -> str:
        found = next(tries)
        if isinstance(found, ValueError):
            raise found
        return found

    once = Once(make)

    with pytest.raises(ValueError, match="no"):
        await once.get()
    assert await once.get() == "made"
