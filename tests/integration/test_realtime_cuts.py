"""Connections that break: no event and no second of sound is lost or doubled, wherever one lands."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configs.settings import Settings
from server.realtime.order import Order
from tests.conftest import Server, running
from tests.fixtures.realtime import Client, Event, number, numbered, realtime, transcripts
from tests.fixtures.talking import TURN_SECONDS, tones, words_of, write_script

RATE = 16_000
PIECE = 2 * RATE // 10  # bytes of 100 ms
TURNS = 30


@contextmanager
def serving(folder: Path, redis_url: str, count: int) -> Iterator[list[Server]]:
    """So many servers of one database and Redis, which hear a script."""
    told = Settings(  # type: ignore[call-arg]
        PORT=0,
        DATA_DIR=folder,
        REDIS_URL=redis_url,
        STT_ENGINE="scripted",
        STT_SCRIPT=write_script(folder, TURNS),
    )
    if not count:
        yield []
        return
    with running(told) as server, serving(folder, redis_url, count - 1) as others:
        yield [server, *others]


class Talker:
    """Sends all of its sound, whatever happens to its connection, and keeps what it is told."""

    def __init__(self, servers: list[Server], sound: bytes, seed: int) -> None:
        self._servers = servers
        self._sound = sound
        self._random = random.Random(seed)  # noqa: S311 - for a test
        self._session: str | None = None
        self._sent = 0  # bytes
        self.events: list[Event] = []

    async def talk(self, cuts: int) -> None:
        for _ in range(cuts):
            await self._connected(self._random.randint(3, 40))
        await self._connected(None)

    async def _connected(self, pieces: int | None) -> None:
        """One connection, which breaks after so many pieces; the last one does not."""
        last = max((number(event) for event in self.events), default=0)
        back = f"?session_id={self._session}&after={last}" if self._session else ""
        async with realtime(self._random.choice(self._servers).url, f"/v1/realtime{back}") as client:
            if self._session is None:
                self._session = (await client.until("session.created"))["session"]["id"]
                await client.send("session.update", session={"audio": {"input": {"format": {"rate": RATE}}}})
                await client.until("session.updated")
            else:
                resumed = await client.until("session.resumed")
                assert resumed["offset"] * 2 <= self._sent
                self._sent = resumed["offset"] * 2
            await self._send(client, pieces)
            if pieces is None:
                await client.until("input_audio_buffer.acknowledged", where=self._is_all)
            else:
                client.socket.transport.abort()
            self.events += numbered(client.events)

    async def _send(self, client: Client, pieces: int | None) -> None:
        while self._sent < len(self._sound) and pieces != 0:
            piece = self._sound[self._sent : self._sent + PIECE]
            await client.append(piece, offset=self._sent // 2)
            self._sent += len(piece)
            if pieces is not None:
                pieces -= 1
            if self._random.random() < 0.2:
                await asyncio.sleep(self._random.random() * 0.02)

    def _is_all(self, event: Event) -> bool:
        return event["offset"] * 2 >= len(self._sound) - 2 * RATE


@pytest.mark.parametrize("processes", [1, 2])
async def test_cuts_lose_and_double_nothing(tmp_path: Path, own_redis_url: str, processes: int) -> None:
    with serving(tmp_path, own_redis_url, processes) as servers:
        talker = Talker(servers, tones(TURNS, RATE), seed=processes)
        await talker.talk(cuts=25)

    assert [number(event) for event in talker.events] == list(range(1, len(talker.events) + 1))
    order = Order()
    for event in talker.events:
        order.accept(event)
    heard = " ".join(transcripts(talker.events)).split()
    assert heard == [word for turn in range(TURNS) for word in words_of(turn)]


async def test_a_process_that_lost_a_session_writes_nothing_more(tmp_path: Path, own_redis_url: str) -> None:
    with serving(tmp_path, own_redis_url, 2) as (one, other):
        async with realtime(one.url) as first:
            session = (await first.until("session.created"))["session"]["id"]
            async with realtime(other.url, f"/v1/realtime?session_id={session}&after=0") as second:
                await second.until("session.resumed")
                await first.send("session.ping")
                code = await first.ended()
                await second.send("session.ping")
                status = await second.until("status")

    assert code == 4301
    assert number(status) == second.last
    assert [number(event) for event in numbered(second.events)] == list(range(1, second.last + 1))


async def test_a_post_at_another_process_is_refused_by_name_and_moves_nothing(
    tmp_path: Path, own_redis_url: str
) -> None:
    ping = {"type": "session.ping"}
    async with httpx.AsyncClient(timeout=30) as http:
        with serving(tmp_path, own_redis_url, 1) as (other,):
            with serving(tmp_path, own_redis_url, 1) as (one,):
                async with realtime(one.url) as client:
                    session = (await client.until("session.created"))["session"]["id"]
                    path = f"/v1/sessions/{session}/events"
                    refused = await http.post(other.url + path, json=ping)
                    here = await http.post(one.url + path, json=ping)
                    await client.until("status")
            freed = await http.post(other.url + path, json=ping)  # the one that had it has ended

    assert (refused.status_code, refused.json()["error"]) == (409, "session_elsewhere")
    assert (here.status_code, freed.status_code) == (202, 202)


async def test_a_storm_of_connections_leaves_the_last_one_in_place(
    tmp_path: Path, own_redis_url: str
) -> None:
    with serving(tmp_path, own_redis_url, 2) as servers:
        async with realtime(servers[0].url) as first:
            session = (await first.until("session.created"))["session"]["id"]

        async def knock(count: int) -> None:
            path = f"/v1/realtime?session_id={session}&after=0"
            async with realtime(servers[count % 2].url, path) as client:
                await client.until("session.resumed")

        await asyncio.gather(*(knock(count) for count in range(40)), return_exceptions=True)
        async with realtime(servers[0].url, f"/v1/realtime?session_id={session}&after=0") as last:
            await last.send("session.ping")
            await last.until("status")

    assert [number(event) for event in numbered(last.events)] == list(range(1, last.last + 1))


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("data")
    told = Settings(  # type: ignore[call-arg]
        PORT=0, DATA_DIR=folder, STT_ENGINE="scripted", STT_SCRIPT=write_script(folder, TURNS)
    )
    with running(told) as server:
        yield server


VOICE = tones(1, RATE)
MOVES = st.sampled_from(
    [
        *("speak", "speak", "silence", "commit", "clear", "ask", "cancel", "select", "say", "correct"),
        *("manual", "detected", "update", "predict", "profile", "type", "retrieve", "nonsense"),
    ]
)


async def make(client: Client, move: str) -> None:  # noqa: C901 - one arm a move
    half = len(VOICE) // 2
    heard = [e["item_id"] for e in client.events if e["type"].endswith("transcription.completed")]
    item = heard[-1] if heard else "item_of_nobody"
    turns = {"manual": None, "detected": {"type": "server_vad"}}
    match move:
        case "speak":
            for start in range(0, len(VOICE), 2 * RATE // 2):
                await client.append(VOICE[start : start + 2 * RATE // 2])
        case "silence":
            await client.append(bytes(half))
        case "commit" | "clear":
            await client.send(f"input_audio_buffer.{move}")
        case "ask":
            await client.send("suggestions.create", adjust=["politer"], count=2)
        case "cancel":
            await client.send("response.cancel")
        case "select":
            await client.send("suggestion.selected", text="Thank you.", predict=True)
        case "say":
            await client.send("suggestion.selected", text="Thank you.", speak=True)
        case "correct":
            await client.send("conversation.item.correct", item_id=item, transcript="Hello.")
        case "manual" | "detected":
            await client.send("session.update", session={"audio": {"input": {"turn_detection": turns[move]}}})
        case "update":
            await client.send("session.update", session={"audio": {"input": {"format": {"rate": RATE}}}})
        case "predict":
            await client.send("opinion.predict")
        case "profile":
            await client.send("profile.update", setup={"profile": {"phrases": [{"text": "Yes please."}]}})
        case "type":
            content = [{"type": "input_text", "text": "Hello"}]
            await client.send("conversation.item.create", item={"role": "user", "content": content})
        case "retrieve":
            await client.send("conversation.item.retrieve", item_id=item)
        case _:
            await client.send("nonsense")


@given(moves=st.lists(MOVES, min_size=1, max_size=25))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_clients_do_events_come_in_an_order_that_makes_sense(
    hearing: Server, moves: list[str]
) -> None:
    async def talk() -> list[Event]:
        async with realtime(hearing.url) as client:
            await client.send("session.update", session={"audio": {"input": {"format": {"rate": RATE}}}})
            for move in moves:
                await make(client, move)
            await client.send("session.close")
            await client.until("session.closed")
            return client.events

    events = asyncio.run(talk())

    order = Order()
    for event in events:
        order.accept(event)
    assert order.response is None
    assert [number(event) for event in events] == list(range(1, len(events) + 1))


def test_a_talk_has_room_for_every_turn() -> None:
    assert len(tones(TURNS, RATE)) == int(TURNS * TURN_SECONDS * RATE * 2)
