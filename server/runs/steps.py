"""A run's time line: which nodes it went through, and when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from langgraph.types import StateSnapshot

from server.db.models import ACTIVE, Run, Thread
from server.runs.thread_states import StatePlace, ThreadStates

MOST_STEPS = 500  # of a run, the last ones


@dataclass(frozen=True, kw_only=True)
class Step:
    """Nodes that ran side by side, between one checkpoint and the next."""

    nodes: dict[str, int]  #: How often each ran.
    started_at: str  #: ISO 8601.
    ended_at: str | None  #: None: it is under way, or it ended without a checkpoint.
    is_waiting: bool = False  #: It asked something, and the run ended to wait for the answer.


async def steps_of(run: Run, thread: Thread, states: ThreadStates) -> list[Step]:
    """The steps of a run, the oldest first; of one that has not begun there are none."""
    if run.started_at is None:
        return []
    found = await states.history(thread, limit=MOST_STEPS, metadata={"run_id": run.run_id})
    seen = found[::-1]
    before = await _state_before(run, seen, thread, states)
    until = None if run.status in ACTIVE or run.ended_at is None else run.ended_at.isoformat()
    starts = [run.started_at.isoformat(), *(str(state.created_at) for state in seen)]
    told = zip([before, *seen], starts, [*starts[1:], until], strict=True)
    steps = [_step(state, start, end) for state, start, end in told if state is not None]
    is_asked = until is not None and _asks(seen[-1] if seen else before)
    if steps and steps[-1].nodes:
        steps[-1] = replace(steps[-1], is_waiting=is_asked)
    return [step for step in steps if step.nodes]


async def _state_before(
    run: Run, seen: Sequence[StateSnapshot], thread: Thread, states: ThreadStates
) -> StateSnapshot | None:
    """What the run went on from: its first step's nodes are told by that state."""
    if seen:
        parent: Any = seen[0].parent_config
        return await states.get(thread, StatePlace(checkpoint=parent["configurable"])) if parent else None
    latest = await states.get(thread)
    begun = run.started_at.isoformat() if run.started_at else ""
    return latest if latest and str(latest.created_at or "~") <= begun else None


def _asks(state: StateSnapshot | None) -> bool:
    return state is not None and bool(state.interrupts)


def _step(state: StateSnapshot, start: str, end: str | None) -> Step:
    nodes = Counter(task.name for task in state.tasks if task.name != "__start__")
    return Step(nodes=dict(nodes), started_at=start, ended_at=end)
