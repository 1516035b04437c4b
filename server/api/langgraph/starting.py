"""Accepting runs, and the answers to whoever stays until their end."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial
from typing import Annotated

from fastapi import Query, Response
from starlette.exceptions import HTTPException

from server.api.following import ended, run_events
from server.api.langgraph.answers import patient_answer, run_headers
from server.api.langgraph.schemas import RunCreate
from server.db.models import Run
from server.resources import Resources
from server.stream.entry import FROM_START
from server.stream.event_stream import EventStream
from server.stream.sse import frames, with_end
from tools.errors import NotFound

EndEvent = Annotated[bool, Query(description="End the stream with an event `end`.")]

RUN_NOT_FOUND = {"error": "HTTPException", "message": "404: Run not found"}


async def accept(resources: Resources, body: RunCreate, thread_id: str | None) -> Run:
    """The run that a body asks for, accepted; on a thread of its own when none is given."""
    body.check()
    if thread_id is None and body.command is not None and body.command.resume is not None:
        raise HTTPException(400, "You must provide a thread_id when resuming.")
    keep = thread_id is not None or body.on_completion == "keep"
    if body.webhook:
        await resources.webhooks.check(body.webhook)
    return await resources.runs.create_run(body.request(keep_thread=keep), thread_id=thread_id)


async def stream_new(
    resources: Resources, body: RunCreate, thread_id: str | None, *, end_event: bool
) -> Response:
    """Accept a run and stream its events."""
    run = await accept(resources, body, thread_id)
    content = frames(run_events(resources, run, after=FROM_START), with_ids=body.stream_resumable)
    return run_stream(resources, run, content, cancels=body.on_disconnect == "cancel", end_event=end_event)


def run_stream(
    resources: Resources, run: Run, content: AsyncGenerator[bytes], *, cancels: bool, end_event: bool
) -> Response:
    """The response that carries a run's events.

    Args:
        cancels: Whether the run is stopped when the client leaves before its end.
        end_event: Whether an event ``end`` is the last one, here and where the client comes back to.
    """
    ending = "stream?end_event=true" if end_event else "stream"
    return EventStream(
        with_end(content) if end_event else content,
        run_headers(run.thread_id, run.run_id, ending=ending),
        on_disconnect=partial(leave, resources, run.run_id) if cancels else None,
    )


async def wait_for_new(resources: Resources, body: RunCreate, thread_id: str | None) -> Response:
    """Accept a run and answer with its final values."""
    run = await accept(resources, body, thread_id)
    return outcome(resources, run, cancels=body.on_disconnect == "cancel")


def outcome(resources: Resources, run: Run, *, cancels: bool) -> Response:
    """A run's final values, once they are there.

    Args:
        cancels: Whether the run is stopped when the client leaves before that.
    """

    async def value() -> object:
        try:
            return await resources.states.output(await ended(resources, run))
        except NotFound:
            return {"__error__": RUN_NOT_FOUND}

    return patient_answer(
        value,
        run_headers(run.thread_id, run.run_id, ending="join"),
        on_disconnect=partial(leave, resources, run.run_id) if cancels else None,
    )


async def leave(resources: Resources, run_id: str) -> None:
    """Stop a run that its only listener has left."""
    with suppress(NotFound):  # it was rolled back meanwhile
        await resources.canceller.cancel(run_id)
