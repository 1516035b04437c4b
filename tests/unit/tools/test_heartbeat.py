"""Signs of life."""

import asyncio

from tools.heartbeat import beat, beating, bind


def test_a_beat_reaches_whoever_is_bound() -> None:
    heard: list[int] = []

    with bind(lambda: heard.append(1)):
        beat()
    beat()

    assert heard == [1]


async def test_waiting_beats_until_it_is_over() -> None:
    third = asyncio.Event()
    heard: list[int] = []

    def listen() -> None:
        heard.append(1)
        if len(heard) == 3:
            third.set()

    with bind(listen), beating(0.001):
        await third.wait()

    count = len(heard)
    await asyncio.sleep(0.01)  # in which it would beat again
    assert len(heard) == count
