"""What a run's log tells its followers when another worker goes on with it.

The log may be ahead of the state (events of a step whose checkpoint was never stored) or behind it (a
checkpoint whose events were still in the lost worker's memory). So the new attempt says up to which event
the log holds, and tells again what lies between that event and the checkpoint it goes on from.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import StateSnapshot

from server.runs.catalog import AnyGraph
from server.runs.results import output_values
from server.stream.entry import Mark

STEPS = 50  # supersteps back to look for one whose events are in the log

Told = tuple[str, Any]  # an event's name and payload


@dataclass(frozen=True, kw_only=True, slots=True)
class Resumption:
    """Where an attempt takes up its run."""

    is_begun: bool  #: An earlier attempt has left a checkpoint: the input is in it.
    keep: str | None = None  #: The last event that stays valid; all later ones of earlier attempts are void.
    missing: list[Told] = field(default_factory=list[Told])  #: Events to tell again, in order.


async def find(
    graph: AnyGraph, config: RunnableConfig, run_id: str, marks: AsyncIterator[Mark]
) -> Resumption:
    """Compare a run's log with its checkpoints.

    Args:
        marks: Checkpoint ids with the events that tell of them, from the newest back.
    """
    known = {mark.checkpoint_id: mark.event_id async for mark in marks}
    newer: list[StateSnapshot] = []
    async for snapshot in graph.aget_state_history(config, limit=STEPS):
        if (snapshot.metadata or {}).get("run_id") != run_id:
            break
        checkpoint_id = cast("dict[str, Any]", snapshot.config)["configurable"]["checkpoint_id"]
        if checkpoint_id in known:
            return Resumption(is_begun=True, keep=known[checkpoint_id], missing=_told(graph, snapshot, newer))
        newer.append(snapshot)
    if not newer:
        return Resumption(is_begun=False)
    oldest = newer.pop()
    values = ("values", output_values(graph, oldest.values))
    return Resumption(is_begun=True, missing=[values, *_told(graph, oldest, newer)])


def _told(graph: AnyGraph, known: StateSnapshot, newer: list[StateSnapshot]) -> list[Told]:
    """The events of the steps after a known checkpoint.

    Args:
        newer: The checkpoints after it, newest first.
    """
    events: list[Told] = []
    before = known
    for snapshot in reversed(newer):
        for task in before.tasks:
            if task.result is not None:
                events.append(("updates", {task.name: task.result}))
        events.append(("values", output_values(graph, snapshot.values)))
        before = snapshot
    return events
