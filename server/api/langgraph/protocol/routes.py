"""The protocol over HTTP: commands as requests, events as a stream."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from server.api.body import JsonRoute
from server.api.deps import Open, ThreadId
from server.api.langgraph.answers import EVENTS, json_answer
from server.api.langgraph.protocol.commands import (
    CommandRefused,
    Commands,
    Handler,
    MalformedCommand,
    Params,
    failure,
)
from server.api.langgraph.protocol.tape import Tape
from server.stream.event_stream import EventStream
from server.stream.protocol import Cursor, InvalidSubscription, Subscription, cursor, parse
from server.stream.sse import frame

_FAILURE = {
    "type": "object",
    "required": ["type", "id", "error", "message"],
    "properties": {"type": {"const": "error"}, "id": {"type": ["integer", "null"]}},
}

router = APIRouter(prefix="/threads/{thread_id}", tags=["protocol v2"], route_class=JsonRoute)


@router.post(
    "/commands",
    responses={400: {"description": "No command", "content": {"application/json": {"schema": _FAILURE}}}},
)
async def command(thread_id: ThreadId, resources: Open, body: Annotated[Any, Body()]) -> Response:
    """Carry out one command: ``run.start``, ``input.respond``; the body says how it went."""
    commands = Commands(resources, thread_id, session=_WITHOUT_SESSION)
    try:
        return json_answer(await commands.answer(body))
    except MalformedCommand as malformed:
        answer = json_answer(failure(None, "invalid_argument", str(malformed)))
        answer.status_code = 400
        return answer


@router.post("/stream/events", response_class=StreamingResponse, responses=EVENTS)
async def events(
    thread_id: ThreadId,
    resources: Open,
    body: Annotated[dict[str, Any], Body()],
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """Follow a thread from its first event on, or from where the client left off, until the client leaves."""
    try:
        wanted, place = parse(body), cursor(body, last_event_id)
    except InvalidSubscription as invalid:
        raise HTTPException(400, str(invalid)) from None
    return EventStream(_frames(Tape(resources, thread_id), wanted, place))


async def _frames(tape: Tape, wanted: Subscription, place: Cursor) -> AsyncGenerator[bytes]:
    async with aclosing(tape.read()) as parts:
        async for part in parts:
            if part.is_cut:
                place.forget()
            chosen = [event for event in part.events if place.passes(event) and wanted.matches(event)]
            if chosen:
                yield b"".join(frame(event.method, event.to_json(), str(event.seq)) for event in chosen)


async def _no_run(_: Params) -> Params:
    raise CommandRefused("no_such_run", "No active run is bound to this thread.")


async def _lost(params: Params) -> Params:
    """A subscription that ends with its request."""
    try:
        parse(params)
    except InvalidSubscription as invalid:
        raise CommandRefused("invalid_argument", str(invalid)) from None
    return {"subscription_id": "", "replayed_events": 0}


async def _no_subscription(params: Params) -> Params:
    name = params.get("subscription_id")
    raise CommandRefused("no_such_subscription", f"Unknown subscription: {name}")


_WITHOUT_SESSION: dict[str, Handler] = {
    "agent.getTree": _no_run,
    "subscription.reconnect": _no_run,
    "subscription.subscribe": _lost,
    "subscription.unsubscribe": _no_subscription,
}
