"""Realtime sessions: a WebSocket in the words of OpenAI's Realtime API, and the same as SSE and POST."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Body, Header, Query, Response, WebSocket
from fastapi.responses import StreamingResponse

from server.api.body import JsonRoute
from server.api.deps import Open
from server.api.langgraph.answers import EVENTS, json_answer
from server.api.realtime.connection import Connection
from server.api.realtime.owning import allowed, begin, reach
from server.realtime.log import Logged
from server.resources import Resources
from server.stream.event_stream import EventStream
from server.stream.sse import frame
from tools.errors import InvalidInput, NotFound

MAX_EVENTS = 100  # of one request

router = APIRouter(tags=["realtime"], route_class=JsonRoute)


@router.websocket("/v1/realtime")
async def connect(
    websocket: WebSocket,
    resources: Open,
    session_id: Annotated[str | None, Query()] = None,
    after: Annotated[str | None, Query()] = None,
) -> None:
    """Serve one client until it leaves."""
    asked = websocket.headers.get("sec-websocket-protocol", "")
    await websocket.accept("realtime" if "realtime" in [part.strip() for part in asked.split(",")] else None)
    seen = int(after) if after and after.isdecimal() else None
    await Connection(websocket, resources, session_id=session_id, after=seen).serve()


@router.post("/v1/sessions", status_code=201)
async def create(resources: Open) -> Response:
    """Begin a session; its events tell the rest."""
    session = await begin(resources)
    await session.outbox.flush()
    answer = json_answer({"id": session.session_id, "object": "realtime.session"})
    answer.status_code = 201
    return answer


@router.get("/v1/sessions/{thread_id}/events", response_class=StreamingResponse, responses=EVENTS)
async def events(
    thread_id: str,
    resources: Open,
    after: Annotated[int | None, Query(ge=0, description="Number of the last event that was seen.")] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """Follow a session: all of it, or what came after an event, and what comes, until it ends."""
    session_id = await allowed(resources, thread_id)
    if last_event_id is not None and last_event_id.isdecimal():
        after = int(last_event_id)
    await resources.sessions.parts.logs.last(session_id)
    return EventStream(_frames(resources, session_id, after or 0))


@router.post("/v1/sessions/{thread_id}/events", status_code=202)
async def send(
    thread_id: str,
    resources: Open,
    body: Annotated[Any, Body(description="A client event, or a list of them.")],
) -> Response:
    """Carry out events as if they came over the WebSocket; what is wrong with one is told as an event."""
    given = cast("list[Any]", body) if isinstance(body, list) else [body]
    if len(given) > MAX_EVENTS:
        raise InvalidInput(
            f"body: {len(given)} events, more than the limit of {MAX_EVENTS}", code="too_many_events"
        )
    session = await reach(resources, thread_id)
    for event in given:
        session.handle(event)
    await session.outbox.flush()
    answer = json_answer({"last": session.outbox.written, "offset": session.hearing.intake.received})
    answer.status_code = 202
    return answer


async def _frames(resources: Resources, session_id: str, after: int) -> AsyncGenerator[bytes]:
    logs = resources.sessions.parts.logs
    async with aclosing(logs.follow(session_id, after)) as pages:
        async for page in pages:
            if page:
                yield b"".join(_frame(event) for event in page)
                if any(_is_end(event) for event in page):
                    return
                continue
            try:  # a thread may be removed, or no longer be shared, while it is followed
                await allowed(resources, session_id)
                await logs.last(session_id)
            except NotFound:
                return


def _frame(event: Logged) -> bytes:
    kind: str = orjson.loads(event.data)["type"]
    return frame(kind, event.data, str(event.sequence))


def _is_end(event: Logged) -> bool:
    return event.data.startswith(b'{"type":"session.closed"')
