"""Lanes: stretches of a document that are translated side by side, each batch after batch.

Within a lane a batch follows the one before it, whose translations are its context. Lanes do not wait for
each other. Each batch is a task of LangGraph's, whose answer is stored before the lane asks for the next
one: a lane that is resumed goes through its batches again, and asks only for those that have none.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from langgraph.func import task
from langgraph.runtime import get_runtime
from langgraph.types import TimeoutPolicy
from typing_extensions import TypedDict

from graphs.policies import STALLS
from graphs.progress import shared_meter
from graphs.settling import settled
from graphs.translation_batches import (
    BatchAnswer,
    BatchTask,
    CheckMarkup,
    PackedUnit,
    Translating,
    recalled_of,
    translate_units,
    translations_of,
)
from tools.errors import ServiceError
from tools.llm.roles import Role
from tools.translation.batching import Batch, in_batches, in_lanes

_BEFORE = 5  # units in front that are shown with their translations
_AFTER = 2
_SENT_SECONDS = 0.03  # within which other lanes' questions, which the same turns waited for, are on their way
_MOST_IN_A_ROW = 25  # batches of a lane at a time: what is in a checkpoint stays small, and a drain is heard


class LaneTask(TypedDict):
    """Batches of one lane: all that their calls need."""

    run: str
    role: Role
    format: str
    source: str | None
    target: str
    style: dict[str, str]
    units: list[PackedUnit]  #: Of the batches, in order, with those around them that are their context.
    translated: dict[str, str]  #: By unit, of the context.
    batches: list[list[int]]  #: Places in ``units``.
    terms: list[dict[str, Any]]  #: Those that stand in the lane.
    found_terms: dict[str, list[int]]  #: By unit: places in ``terms``.
    alike: dict[str, list[list[str]]]  #: By unit: pairs of the memory.
    summary: str  #: What came before.
    summarises: bool  #: Whether a batch tells the next one what came before.
    ends: bool  #: Whether these are the lane's last batches.
    done: int  #: Units that were translated when it was sent, of all targets.
    total: int


def next_lanes(state: Translating, role: Role, format: str) -> list[LaneTask]:
    """Every lane's next batches; none when all are answered."""
    units = state["units"]
    lengths = [len(unit["words"]) for unit in units]
    done = sum(len(answered_of(state["answers"], target)) for target in state["into"])
    tasks: list[LaneTask] = []
    for target in state["into"]:
        answered = answered_of(state["answers"], target)
        translated = translations_of(state["answers"], target)
        recalled = recalled_of(state["answers"], target)
        places = [place for place, unit in enumerate(units) if unit["id"] not in recalled]
        batches = in_batches(lengths, places, most_segments=state["sizes"]["batch"])
        for lane in in_lanes(len(batches), state["sizes"]["lanes"]):
            left = [batches[number] for number in lane if not _is_answered(batches[number], units, answered)]
            if left:
                lane_task = _lane(state, target, left, translated)
                tasks.append({**lane_task, "role": role, "format": format, "done": done})
    return tasks


def answered_of(answers: Sequence[BatchAnswer], target: str) -> set[str]:
    """The units that were asked about, whether they have a translation or only reasons for having none."""
    of_target = (answer for answer in answers if answer["target"] == target)
    return {id for answer in of_target for id in (*answer["translations"], *answer["reasons"])}


def _is_answered(batch: Batch, units: Sequence[PackedUnit], answered: set[str]) -> bool:
    return all(units[place]["id"] in answered for place in batch.places)


def _lane(
    state: Translating, target: str, batches: Sequence[Batch], translated: Mapping[str, str]
) -> LaneTask:
    now = batches[:_MOST_IN_A_ROW]
    first, end = now[0].places[0], now[-1].places[-1] + 1
    begin = max(0, first - _BEFORE)
    units = state["units"][begin : end + _AFTER]
    found = state["found_terms"].get(target, {})
    alike = state["alike"].get(target, {})
    places = sorted({place for unit in units for place in found.get(unit["id"], ())})
    new_place = {place: at for at, place in enumerate(places)}
    return LaneTask(
        run=state["run"],
        role="translate",
        format="",
        source=state["spoken"],
        target=target,
        style=state["wording"],
        units=units,
        translated={unit["id"]: translated[unit["id"]] for unit in units if unit["id"] in translated},
        batches=[[place - begin for place in batch.places] for batch in now],
        terms=[state["terms"][target][place] for place in places],
        found_terms={
            unit["id"]: [new_place[place] for place in found[unit["id"]]]
            for unit in units
            if unit["id"] in found
        },
        alike={unit["id"]: alike[unit["id"]] for unit in units if unit["id"] in alike},
        summary=_summary_before(state, target, first),
        summarises=state["summarises"],
        ends=len(batches) <= _MOST_IN_A_ROW,
        done=0,
        total=len(state["units"]) * len(state["into"]),
    )


def _summary_before(state: Translating, target: str, place: int) -> str:
    """What was told up to the unit before this one, as far as that was translated already."""
    if not place:
        return ""
    before = state["units"][place - 1]["id"]
    own = (answer for answer in state["answers"] if answer["target"] == target)
    return next((answer.get("summary", "") for answer in own if before in answer["translations"]), "")


class LaneNode(Protocol):
    """A node that is sent a lane."""

    async def __call__(self, state: LaneTask) -> dict[str, Any]:
        """The answers to its batches."""
        ...


def lane_node(
    check_of: Callable[[Any], CheckMarkup],
    batch_time: TimeoutPolicy,
    prepare: Callable[[LaneTask, BatchAnswer], Iterator[None]] | None = None,
) -> LaneNode:
    """The node that translates a lane.

    Args:
        check_of: From a document's format to what judges a translation's markup.
        batch_time: How long one batch may take.
        prepare: What can be done with a batch's answer before all are there, and need not be; in small steps.
    """

    @task(name="translate_batch", retry_policy=STALLS, timeout=batch_time)
    async def translate_batch(batch: BatchTask) -> BatchAnswer:
        return await translate_units(batch, check_of(batch["format"]))

    async def translate_lane(state: LaneTask) -> dict[str, Any]:
        """Translate a lane's batches, until they are done or the worker is to stop."""
        meter = shared_meter(state["run"], stage="translate", total=state["total"], unit="segments")
        meter.done = max(meter.done, state["done"])
        answers: list[BatchAnswer] = []
        with _front_of(state["run"]) as front:
            for batch in state["batches"]:
                if front.is_broken or get_runtime().drain_requested:
                    break
                answers.append(await front.wait_for(translate_batch(_batch(state, batch, answers))))
                meter.advance(len(batch))
                if prepare:
                    is_last = state["ends"] and batch is state["batches"][-1]  # and its lines are wanted soon
                    after = 0.0 if is_last else _SENT_SECONDS
                    asyncio.get_running_loop().call_later(after, _step, prepare(state, answers[-1]))
        return {"answers": answers}

    return translate_lane


def _step(steps: Iterator[None]) -> None:
    """Take one step, and the next one once all that is ready now has had its turn."""
    with suppress(StopIteration):
        next(steps)
        asyncio.get_running_loop().call_soon(_step, steps)


class _Front:
    """The lanes of a run that are under way in this process.

    Where one fails, LangGraph cancels the others, and with them answers that are just coming. So it fails
    only when no batch is under way any more, and the other lanes begin none.
    """

    def __init__(self) -> None:
        self.is_broken = False
        self.lanes = 0
        self._under_way = 0
        self._is_idle = asyncio.Event()

    async def wait_for(self, batch: Awaitable[BatchAnswer]) -> BatchAnswer:
        """The answer to a batch, once it is stored; its failure, once no other batch is under way."""
        try:
            return await self._counted(batch)
        except ServiceError:
            self.is_broken = True
            await self._is_idle.wait()
            raise

    async def _counted(self, batch: Awaitable[BatchAnswer]) -> BatchAnswer:
        self._under_way += 1
        self._is_idle.clear()
        try:
            answer = await batch
            await settled()
            return answer
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._is_idle.set()


_fronts: dict[str, _Front] = {}


@contextmanager
def _front_of(run: str) -> Generator[_Front]:
    front = _fronts.setdefault(run, _Front())
    front.lanes += 1
    try:
        yield front
    finally:
        front.lanes -= 1
        if not front.lanes:
            _fronts.pop(run, None)


def _batch(lane: LaneTask, places: Sequence[int], answers: Sequence[BatchAnswer]) -> BatchTask:
    units, first, end = lane["units"], places[0], places[-1] + 1
    translated = lane["translated"] | translations_of(answers, lane["target"])
    asked = [units[place] for place in places]
    terms = sorted({term for unit in asked for term in lane["found_terms"].get(unit["id"], ())})
    in_front = units[max(0, first - _BEFORE) : first]
    return BatchTask(
        role=lane["role"],
        format=lane["format"],
        source=lane["source"],
        target=lane["target"],
        style=lane["style"],
        units=asked,
        before=[[unit["words"], translated.get(unit["id"], "")] for unit in in_front],
        after=[unit["words"] for unit in units[end : end + _AFTER]],
        terms=[lane["terms"][place] for place in terms],
        alike=[pair for unit in asked for pair in lane["alike"].get(unit["id"], ())],
        limits={},
        previous={},
        summary=_latest_summary(answers) or lane["summary"],
        asks_for_summary=lane["summarises"] and not (lane["ends"] and places == lane["batches"][-1]),
    )


def _latest_summary(answers: Sequence[BatchAnswer]) -> str:
    return next((answer["summary"] for answer in reversed(answers) if "summary" in answer), "")
