"""The protocol over a WebSocket: commands come in, their answers and the events of the thread go out.

Nothing waits here for a slow client: what it has not taken yet is read from Redis when it can take it.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any
from uuid import uuid4

import anyio
import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from server.api.deps import Open, canonical_uuid
from server.api.langgraph.protocol.commands import (
    Answer,
    CommandRefused,
    Commands,
    MalformedCommand,
    Params,
    failure,
)
from server.api.langgraph.protocol.tape import Tape
from server.api.rate_limits import RequestRates
from server.resources import Resources
from server.stream.event_stream import STALL_SECONDS
from server.stream.protocol import (
    CHANNELS,
    Cursor,
    InvalidSubscription,
    ProtocolEvent,
    Subscription,
    cursor,
    parse,
)
from tools.errors import InvalidInput

router = APIRouter(tags=["protocol v2"])

THREAD_ENDED = 1011
INVALID_THREAD = 4422  # 4000 and an HTTP status: clients do not come back
MAX_SUBSCRIPTIONS = 100  # of one connection


@router.websocket("/threads/{thread_id}/stream/events")
async def connect(websocket: WebSocket, thread_id: str, resources: Open) -> None:
    """Serve one client until it leaves or the thread is removed."""
    await websocket.accept()
    try:
        thread_id = canonical_uuid(thread_id, "thread")
    except InvalidInput as invalid:
        await websocket.close(INVALID_THREAD, invalid.message)
        return
    with suppress(WebSocketDisconnect):
        await _Session(websocket, resources, thread_id).serve()


class _Session:
    def __init__(self, websocket: WebSocket, resources: Resources, thread_id: str) -> None:
        self._websocket = websocket
        self._resources = resources
        self._thread_id = thread_id
        self._tape = Tape(resources, thread_id)
        self._seq = 0  # of the last event that was due
        self._subscriptions: dict[str, Subscription] = {}
        self._turn = anyio.Lock()  # events of a replay and new ones do not mix
        self._commands = Commands(
            resources,
            thread_id,
            session={
                "agent.getTree": self._tree,
                "subscription.subscribe": self._subscribe,
                "subscription.unsubscribe": self._unsubscribe,
                "subscription.reconnect": self._reconnect,
            },
            seq=lambda: self._seq,
            admit=RequestRates.of(resources).check,
        )

    async def serve(self) -> None:
        """Carry commands and events until one side ends.

        Raises:
            WebSocketDisconnect: The client has left.
        """
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._tell)
            with suppress(WebSocketDisconnect):
                while True:
                    await self._send(await self._answer(await self._websocket.receive_text()))
            tasks.cancel_scope.cancel()

    async def _tell(self) -> None:
        """Send what comes, to the end of the thread."""
        async with aclosing(self._tape.read()) as parts:
            async for part in parts:
                async with self._turn:
                    for event in part.events:
                        self._seq = event.seq
                        if any(wanted.matches(event) for wanted in self._subscriptions.values()):
                            await self._send_event(event)
        await self._websocket.close(THREAD_ENDED, "thread stream ended")

    async def _answer(self, text: str) -> Answer:
        try:
            return await self._commands.answer(orjson.loads(text))
        except orjson.JSONDecodeError:
            return failure(None, "invalid_argument", "Invalid JSON")
        except MalformedCommand as malformed:
            return failure(None, "invalid_argument", str(malformed))

    async def _subscribe(self, params: Params) -> Params:
        return await self._begin(params, params)

    async def _reconnect(self, params: Params) -> Params:
        return await self._begin({"channels": list(CHANNELS)} | params, params)

    async def _begin(self, wish: Params, params: Params) -> Params:
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            raise CommandRefused("invalid_argument", f"No more than {MAX_SUBSCRIPTIONS} subscriptions.")
        try:
            wanted, place = parse(wish), cursor(wish, params.get("last_event_id"))
        except InvalidSubscription as invalid:
            raise CommandRefused("invalid_argument", str(invalid)) from None
        name = str(uuid4())
        async with self._turn:
            replayed = 0
            async for event in self._past(wanted, place):
                await self._send_event(event)
                replayed += 1
            self._subscriptions[name] = wanted
        return {"subscription_id": name, "replayed_events": replayed}

    async def _past(self, wanted: Subscription, place: Cursor) -> AsyncIterator[ProtocolEvent]:
        """The events that were due before."""
        upto = self._seq
        if not upto:
            return
        async with aclosing(Tape(self._resources, self._thread_id).read()) as parts:
            async for part in parts:
                for event in part.events:
                    if event.seq <= upto and place.passes(event) and wanted.matches(event):
                        yield event
                if not part.events or part.events[-1].seq >= upto:
                    return

    async def _unsubscribe(self, params: Params) -> Params:
        name = str(params.get("subscription_id"))
        if self._subscriptions.pop(name, None) is None:
            raise CommandRefused("no_such_subscription", f"Unknown subscription: {name}")
        return {}

    async def _tree(self, _: Params) -> Params:
        tree = self._tape.tree()
        if tree is None:
            raise CommandRefused("no_such_run", "No active run is bound to this thread.")
        return {"tree": tree}

    async def _send_event(self, event: ProtocolEvent) -> None:
        await self._send_text(event.to_json())

    async def _send(self, answer: dict[str, Any]) -> None:
        await self._send_text(orjson.dumps(answer))

    async def _send_text(self, text: bytes) -> None:
        """Send, unless the client takes nothing for too long.

        Raises:
            WebSocketDisconnect: The client has left, or is given up.
        """
        try:
            with anyio.fail_after(STALL_SECONDS):
                await self._websocket.send_text(text.decode())
        except (TimeoutError, RuntimeError):
            raise WebSocketDisconnect from None
