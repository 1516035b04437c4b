"""A thread's tape: what the protocol tells of all of its runs, from the first one on."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from server.api.following import thread_entries
from server.db.models import Run
from server.db.repositories import runs
from server.resources import Resources
from server.stream.entry import FROM_START, START, Entry, Position, StreamEvent, position_of
from server.stream.protocol import ProtocolEvent, ThreadEncoder
from tools.errors import NotFound


class Told(NamedTuple):
    """Some events that follow each other."""

    events: Sequence[ProtocolEvent]  #: None in a time of silence.
    is_cut: bool = False  #: What comes before them is no longer kept, so that they have new numbers.


class Tape:
    """One reader's way through a thread."""

    def __init__(self, resources: Resources, thread_id: str) -> None:
        self._resources = resources
        self._thread_id = thread_id
        self._encoder = ThreadEncoder()
        self._run_id = ""
        self._position: Position = START
        self._never_begun: set[str] = set()  # runs of that kind that were told

    @property
    def seq(self) -> int:
        """The number of the last event."""
        return self._encoder.seq

    def tree(self) -> dict[str, Any] | None:
        """The latest run with its subgraphs."""
        return self._encoder.tree()

    async def read(self) -> AsyncGenerator[Told]:
        """Everything, from the first event that is kept, until the thread is removed.

        Nothing is told in a time of silence, so that the caller can look after its client. A thread that is
        not there yet is waited for.
        """
        entries = thread_entries(self._resources, self._thread_id, after=FROM_START, may_come=True)
        async with aclosing(entries):
            async for entry in entries:
                if entry is not None:
                    yield Told(await self._encode(entry), is_cut=entry.is_snapshot)
                else:
                    yield Told([] if self._encoder.is_in_run else await self._cancelled(None))

    async def _encode(self, entry: Entry) -> list[ProtocolEvent]:
        made: list[ProtocolEvent] = []
        if entry.is_snapshot and entry.run_id is not None:
            made += await self._begin(entry.run_id, entry.events[0])
        for event in entry.events:
            self._position = position_of(event.id)
            made += await self._boundary(event) if event.name == "metadata" else self._encoder.encode(event)
        return made

    async def _boundary(self, event: StreamEvent) -> list[ProtocolEvent]:
        """A run begins or ends."""
        told = orjson.loads(event.data)
        made = await self._begin(told["run_id"], event)
        if told.get("status") != "run_done":
            return made
        run = await self._row(told["run_id"])
        if run is None:  # rolled back
            return [*made, *self._encoder.end(self._position, status="interrupted")]
        message = (run.error or {}).get("message")
        made += self._encoder.end(self._position, status=run.status, error=message)
        return made + await self._cancelled(run.ended_at)

    async def _begin(self, run_id: str, event: StreamEvent) -> list[ProtocolEvent]:
        if run_id == self._run_id:
            return []
        self._run_id = run_id
        run = await self._row(run_id)
        made = await self._cancelled(run.started_at) if run is not None else []
        return made + self._encoder.begin(run_id, run and run.graph_id, position_of(event.id))

    async def _cancelled(self, upto: datetime | None) -> list[ProtocolEvent]:
        """The runs that were cancelled before they had begun, of which no log tells.

        Args:
            upto: The latest end to tell of; None for all.
        """
        async with self._resources.database.read() as session:
            found = await runs.never_begun(session, self._thread_id)
        made: list[ProtocolEvent] = []
        for run in found:
            is_due = upto is None or (run.ended_at is not None and run.ended_at <= upto)
            if is_due and run.run_id not in self._never_begun:
                self._never_begun.add(run.run_id)
                made += self._encoder.never_begun(run.run_id, run.graph_id, self._position)
        return made

    async def _row(self, run_id: str) -> Run | None:
        try:
            return await self._resources.runs.run(run_id)
        except NotFound:
            return None
