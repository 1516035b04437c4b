"""JSON answers in the LangGraph Server API's form."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio
from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive

from server.stream.encoding import to_json
from server.stream.event_stream import HEARTBEAT_SECONDS

# What routes say of themselves that answer with server-sent events.
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}
}


def json_answer(value: object, headers: Mapping[str, str] | None = None) -> Response:
    """A value as a JSON response."""
    return Response(to_json(value), media_type="application/json", headers=dict(headers or {}))


def page_answer(found: Sequence[object], *, limit: int, offset: int) -> Response:
    """One page of a list, with where the next one begins.

    Args:
        found: One more than the page holds, if there are more.
    """
    page, next_offset = found[:limit], offset + limit
    if len(found) <= limit:
        return json_answer(page, {"X-Pagination-Total": str(offset + len(page))})
    return json_answer(
        page, {"X-Pagination-Total": str(next_offset + 1), "X-Pagination-Next": str(next_offset)}
    )


def run_headers(thread_id: str, run_id: str, *, ending: str) -> dict[str, str]:
    """Where a run is, and where to go on listening to it; clients read both."""
    place = f"/threads/{thread_id}/runs/{run_id}"
    return {"Location": f"{place}/{ending}", "Content-Location": place}


def patient_answer(
    value: Callable[[], Awaitable[Any]],
    headers: Mapping[str, str],
    *,
    on_disconnect: Callable[[], Awaitable[None]] | None = None,
) -> Response:
    """A JSON response that is kept alive with line feeds until its value is there.

    Args:
        on_disconnect: Called when the client leaves before that.
    """
    response = _PatientAnswer(_with_heartbeats(value), media_type="application/json", headers=dict(headers))
    response.on_disconnect = on_disconnect
    return response


class _PatientAnswer(StreamingResponse):
    on_disconnect: Callable[[], Awaitable[None]] | None = None

    async def listen_for_disconnect(self, receive: Receive) -> None:
        await super().listen_for_disconnect(receive)
        if self.on_disconnect is not None:
            with anyio.CancelScope(shield=True):
                await self.on_disconnect()


async def _with_heartbeats(value: Callable[[], Awaitable[Any]]) -> AsyncIterator[bytes]:
    done: list[bytes] = []

    async def wait() -> None:
        done.append(to_json(await value()))
        finished.set()

    finished = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        while not finished.is_set():
            with anyio.move_on_after(HEARTBEAT_SECONDS) as pause:
                await finished.wait()
            if pause.cancelled_caught:
                yield b"\n"
    yield done[0]
