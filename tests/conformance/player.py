"""Asks a server what the official one was asked, and keeps what it answers."""

import asyncio
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tests.conformance.differences import without_added_events
from tests.conformance.events import parse
from tests.conformance.exchange import Answer, is_event_stream
from tests.conformance.facts import collapse, steady_events
from tests.conformance.golden import Golden, learned

PATIENCE = 30.0  # seconds for a body that ends by itself
GLANCE = 4.0  # seconds for one that does not, unless all is known that has to come
SYMBOL = re.compile(r"{([a-z]+-\d\d-\d+)}")


class Player:
    """Plays recorded requests with this server's ids in the place of the recorded ones."""

    def __init__(
        self, client: httpx.AsyncClient, golden: Mapping[str, Golden], rewrite: dict[str, str]
    ) -> None:
        self._client = client
        self._golden = golden
        self._rewrite = rewrite  #: What of a recorded body stands for something of ours, such as an address.
        self._texts: dict[str, str] = {}  #: What has come of bodies, by name.
        self._news = asyncio.Condition()
        self._ids: dict[str, str] = {}
        self.answers: dict[str, Answer] = {}

    async def play(self, *names: str) -> None:
        """One after the other."""
        for name in names:
            await self._play(self._golden[name])

    def start(self, name: str) -> asyncio.Task[None]:
        """Play one while others are played."""
        return asyncio.create_task(self._play(self._golden[name]))

    async def until(self, name: str, part: str) -> None:
        """Wait until this part of a started one's answer has come, or the answer has ended."""
        async with self._news:
            await self._news.wait_for(lambda: name in self.answers or part in self._texts.get(name, ""))

    async def begin_run(self, name: str, body: dict[str, Any], until: str = "pending") -> None:
        """Begin the run that a recorded request names, which no recording created.

        With ``until="running"``, wait until a worker has it; with "stepping", until its first node goes.
        """
        thread = await self._thread(self._golden[name].symbol("thread"))
        response = await self._client.post(f"/threads/{thread}/runs", json=body)
        if not response.is_success:
            return
        self._ids[self._golden[name].symbol("run")] = response.json()["run_id"]
        if until == "running":
            path = f"/threads/{thread}/runs/{response.json()['run_id']}"
            await self._poll(path, lambda run: run["status"] == "running")
        if until == "stepping":
            await self._poll(f"/threads/{thread}/state", lambda state: bool(state.get("next")))

    async def _poll(self, path: str, is_so: Callable[[Any], bool]) -> Any:
        for _ in range(200):
            response = await self._client.get(path)
            if response.is_success and is_so(response.json()):
                return response.json()
            await asyncio.sleep(0.02)
        return None

    async def run_to_end(self, name: str, body: dict[str, Any]) -> None:
        """Let a run end in the thread that a recorded request names."""
        thread = await self._thread(self._golden[name].symbol("thread"))
        await self._client.post(f"/threads/{thread}/runs/wait", json=body)

    async def make_thread(self, name: str, body: dict[str, Any]) -> None:
        """The thread that a recorded request names, made with more than nothing."""
        made = await self._client.post("/threads", json=body)
        self._ids[self._golden[name].symbol("thread")] = made.json()["thread_id"]

    def choose_thread(self, name: str) -> None:
        """The thread that a recorded request names is not made before its first run."""
        self._ids[self._golden[name].symbol("thread")] = str(uuid.uuid4())

    async def find_interrupt(self, name: str, symbol: str) -> None:
        """Wait until the thread of a recorded request waits for a human, and learn for which answer."""
        thread = await self._thread(self._golden[name].symbol("thread"))
        state = await self._poll(f"/threads/{thread}/state", lambda state: bool(state.get("interrupts")))
        if state is not None:
            self._ids[symbol] = state["interrupts"][0]["id"]

    async def ask(self, method: str, name: str, path: str, body: Any = None) -> httpx.Response:
        """A request of our own, about the thread of a recorded one."""
        thread = await self._thread(self._golden[name].symbol("thread"))
        return await self._client.request(method, path.replace("{thread}", thread), json=body)

    async def _play(self, golden: Golden) -> None:
        path, body = await self._filled(golden.request.path), None
        if golden.request.body is not None:
            body = await self._filled(golden.request.body)
        headers = {"content-type": "application/json"} | golden.request.headers
        try:
            async with asyncio.timeout(60):
                self.answers[golden.name] = answer = await self._ask(golden, path, body, headers)
        except (httpx.HTTPError, TimeoutError) as error:
            self.answers[golden.name] = Answer(status=0, headers={}, text=f"no answer: {error!r}")
            return
        finally:
            await self._tell(golden.name, "")
        for symbol, place in golden.learn.items():
            if (id := learned(answer, place)) is not None:
                self._ids[symbol] = id

    async def _tell(self, name: str, chunk: str) -> str:
        async with self._news:
            self._texts[name] = self._texts.get(name, "") + chunk
            self._news.notify_all()
        return self._texts[name]

    async def _ask(self, golden: Golden, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        async with self._client.stream(
            golden.request.method, path, content=body, headers=headers
        ) as response:
            said = dict(response.headers)
            text, was_open = await self._read(golden, response)
        events = parse(text) if is_event_stream(said) else ()
        return Answer(status=response.status_code, headers=said, text=text, events=events, was_open=was_open)

    async def _read(self, golden: Golden, response: httpx.Response) -> tuple[str, bool]:
        text = ""
        try:
            glance = golden.was_open and golden.events is None
            async with asyncio.timeout(GLANCE if glance else PATIENCE):
                if golden.was_open and self._has_all(golden, text):
                    return text, True
                async for chunk in response.aiter_text():
                    text = await self._tell(golden.name, chunk)
                    if golden.was_open and self._has_all(golden, text):
                        return text, True
        except TimeoutError:
            return text, True
        return text, False

    def _has_all(self, golden: Golden, text: str) -> bool:
        if golden.events is None:
            return False
        told = without_added_events(golden.name, {"events": steady_events(parse(text))})
        return len(collapse(told["events"])) >= golden.events

    async def _filled(self, text: str) -> str:
        for ours, recorded in self._rewrite.items():
            text = text.replace(recorded, ours)
        for symbol in SYMBOL.findall(text):
            known = (
                await self._thread(symbol)
                if symbol.startswith("thread")
                else self._ids.get(symbol, str(uuid.uuid4()))
            )
            text = text.replace(f"{{{symbol}}}", known)
        return text

    async def _thread(self, symbol: str) -> str:
        if symbol not in self._ids:
            made = await self._client.post("/threads", json={})
            self._ids[symbol] = made.json()["thread_id"] if made.is_success else str(uuid.uuid4())
        return self._ids[symbol]
