"""Talks: what one input leaves behind when it is given up, at whatever moment."""

import asyncio
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from configs.settings import Settings
from server.realtime.talk import Talks
from server.resources import open_resources

MOMENTS = [*range(1, 30), *(30 * 3**step for step in range(6))]  # turns of the event loop


class Given:
    """One input that is given up so many turns of the event loop after its replies were told."""

    def __init__(self, talks: Talks, session_id: str) -> None:
        self._told = asyncio.Event()
        self._run = asyncio.create_task(talks.run(session_id, {"want": ["replies"]}, self._tell))

    def _tell(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "replies_done":
            self._told.set()

    async def up_after(self, turns: int) -> bool:
        """Whether it had not ended by itself."""
        await self._told.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        was_running = self._run.cancel()
        await asyncio.wait({self._run})
        return was_running


async def test_an_input_given_up_while_it_ends_leaves_the_thread_to_the_next(tmp_path: Path) -> None:
    settings = Settings(PORT=0, DATA_DIR=tmp_path)  # type: ignore[call-arg]
    async with open_resources(settings) as resources:
        talks, session_id = resources.sessions.parts.talks, str(uuid4())
        for number in count():
            was_running = await Given(talks, session_id).up_after(number)
            assert "conversation" in await talks.run(session_id, {"want": []}, lambda _: None)
            if not was_running:
                break

    assert number > 10, "hardly any moment was tried"


async def test_a_session_whose_letting_go_was_given_up_is_let_go_all_the_same(tmp_path: Path) -> None:
    settings = Settings(PORT=0, DATA_DIR=tmp_path)  # type: ignore[call-arg]
    async with open_resources(settings) as resources:
        sessions = resources.sessions
        for turns in MOMENTS:
            session = await sessions.begin(str(uuid4()))
            ending = asyncio.create_task(sessions.end(session.session_id))
            for _ in range(turns):
                await asyncio.sleep(0)
            ending.cancel()
            await asyncio.wait({ending})
            await sessions.end(session.session_id)

            assert len(session.ended) == 3
