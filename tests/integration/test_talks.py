"""Talks: what one input leaves behind when it is given up, at whatever moment."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.websockets import WebSocket

from configs.settings import Settings
from server.api.jobs.idialogue.conversation import Conversation
from server.api.realtime import connection
from server.api.realtime.owning import begin
from server.realtime.session import LiveSession
from server.realtime.talk import Talks
from server.resources import open_resources
from tests.fixtures.giving_up import given_up_after

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
        return await given_up_after(turns, self._run)


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


@asynccontextmanager
async def a_session(folder: Path) -> AsyncGenerator[LiveSession]:
    """One session of a process of its own."""
    settings = Settings(PORT=0, DATA_DIR=folder)  # type: ignore[call-arg]
    async with open_resources(settings) as resources:
        yield await resources.sessions.begin(str(uuid4()))


async def test_the_thread_is_taken_while_somebody_still_speaks_and_free_after_the_answer(
    tmp_path: Path,
) -> None:
    async with a_session(tmp_path) as session:
        await until(lambda: is_taken(session))
        session.desk.note({"said": [{"id": "m", "speaker": "partner", "text": "Hello?"}]})
        await session.desk.settle()
        await until(lambda: is_free(session))

        messages = (await session.desk.talks.conversation(session.session_id))["messages"]
        assert [message["text"] for message in messages] == ["Hello?"]


async def test_what_is_said_while_another_run_has_the_thread_is_taken_note_of_once_it_ends(
    tmp_path: Path,
) -> None:
    async with a_session(tmp_path) as session:
        talks = session.desk.talks
        async with talks.floor_ahead(session.session_id) as other:
            assert other is not None
            session.desk.expect()
            async with talks.floor_ahead(session.session_id) as none:
                assert none is None

        session.desk.note({"said": [{"id": "m", "speaker": "partner", "text": "Hello?"}]})
        await session.desk.settle()

        assert "messages" in await talks.conversation(session.session_id)


async def test_a_session_that_ends_while_somebody_speaks_leaves_the_thread(tmp_path: Path) -> None:
    settings = Settings(PORT=0, DATA_DIR=tmp_path)  # type: ignore[call-arg]
    async with open_resources(settings) as resources:
        for turns in MOMENTS:
            session = await resources.sessions.begin(str(uuid4()))
            session.desk.expect()
            for _ in range(turns):
                await asyncio.sleep(0)

            await resources.sessions.end(session.session_id)

            assert await is_free(session)


async def is_taken(session: LiveSession) -> bool:
    session.desk.expect()  # again: to look is to take the thread for a moment
    for _ in range(200):
        await asyncio.sleep(0)
    return not await is_free(session)


async def is_free(session: LiveSession) -> bool:
    async with session.desk.talks.floor_ahead(session.session_id) as floor:
        return floor is not None


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():
            pass


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


async def test_an_old_client_that_comes_back_listens_from_the_moment_on_that_it_is_told_from(
    tmp_path: Path,
) -> None:
    settings = Settings(PORT=0, DATA_DIR=tmp_path)  # type: ignore[call-arg]
    listeners: list[int] = []

    async def send(kind: str, data: Mapping[str, Any]) -> None:
        """Nobody reads it."""

    async with open_resources(settings) as resources:
        session = await resources.sessions.begin(str(uuid4()))
        conversation = Conversation(session, resources, send, suggests_opinions=False)
        resuming = asyncio.create_task(conversation.resume())
        # The next turn after its first one, in which an event may be told.
        asyncio.get_running_loop().call_soon(lambda: listeners.append(session.outbox.listeners))
        await resuming
        await conversation.close()

        assert (listeners, session.outbox.listeners) == ([1], 0)


class Socket(WebSocket):
    """A client's socket that takes frames, or nothing any more."""

    def __init__(self, *, takes: bool) -> None:
        self.frames: asyncio.Queue[Any] = asyncio.Queue()
        self._opening: list[Any] = [{"type": "websocket.connect"}]
        self._takes = takes
        super().__init__({"type": "websocket", "headers": []}, self._next, self._take)

    async def _next(self) -> Any:
        return self._opening.pop() if self._opening else await asyncio.Event().wait()

    async def _take(self, message: Any) -> None:
        if message["type"] == "websocket.send" and not self._takes:
            await asyncio.Event().wait()
        self.frames.put_nowait(message)


async def test_a_client_that_comes_back_does_not_wait_for_its_dead_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "STALL_SECONDS", 3600)
    settings = Settings(PORT=0, DATA_DIR=tmp_path)  # type: ignore[call-arg]
    async with open_resources(settings) as resources:
        session = await begin(resources)
        sockets = [Socket(takes=False), Socket(takes=True)]
        serving: list[asyncio.Task[None]] = []
        for socket in sockets:
            await socket.accept()
            client = connection.Connection(socket, resources, session_id=session.session_id, after=0)
            serving.append(asyncio.create_task(client.serve()))
            while session.holder is not client:  # noqa: ASYNC110 - a session tells of no holder
                await asyncio.sleep(0)

        await sockets[1].frames.get()  # that it is accepted
        async with asyncio.timeout(60):
            assert "session.resumed" in (await sockets[1].frames.get())["text"]

        for task in serving:
            task.cancel()
        await asyncio.wait(serving)
