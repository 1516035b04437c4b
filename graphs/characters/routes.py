"""Where the graph goes next: windows for the model, or straight on where none is asked."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from uuid import uuid4

from langgraph.graph import END
from langgraph.types import Send

from graphs.characters.book import Book
from graphs.characters.doubts import pair_questions
from graphs.characters.names import ballot_of
from graphs.characters.packed import unpack_cast
from graphs.characters.plans import (
    Planned,
    Wave,
    next_wave,
    plan_names,
    plan_portraits,
    plan_second,
    plan_speakers,
)
from graphs.characters.state import State, WindowTask, answers_of

Route = list[Send] | str

# Windows that are with the model, or wait for their turn, at the same time: each takes some 70 KB, for a task
# that waits has its request written already. At the end of a wave the model waits for the longest call, so
# that a wave is eight times as many as calls run at once by default.
_MOST_AT_ONCE = 64


def after_reading(state: State) -> str:
    """Through all stages, or straight to what edits change."""
    return "chapters" if state["is_new"] else "edit"


def after_result(state: State) -> str:
    """To a person where something is unsure and one is to look."""
    return "review" if state["settings"]["review"] and state["unsure"] else END


async def after_names(state: State) -> Route:
    """Every window's names go to the model."""
    return await _fan_out(state, "name_window", _open(plan_names, "name_answers"), "aliases")


async def after_aliases(state: State) -> Route:
    """People who may be one go to the model."""
    return await _fan_out(state, "pair_window", _all(_plan_pairs), "attribution")


async def after_attribution(state: State) -> Route:
    """Every window's quotations go to the model."""
    otherwise = "agree" if state["speaker_answers"] else "relations"
    return await _fan_out(state, "speaker_window", _open(plan_speakers, "speaker_answers"), otherwise)


async def after_agreeing(state: State) -> Route:
    """Quotations whose speaker is doubtful go to the model again."""
    otherwise = "agree_again" if state["second_answers"] else "relations"
    return await _fan_out(state, "second_window", _open(plan_second, "second_answers"), otherwise)


async def after_relations(state: State) -> Route:
    """People of whom nothing was read yet go to the model."""
    otherwise = "draw" if state["portrait_answers"] else "result"
    return await _fan_out(state, "portrait_window", _all(plan_portraits), otherwise)


Plan = Callable[[State], Iterable[Planned]]


def _plan_pairs(state: State) -> Iterator[Planned]:
    book = Book(state["source"])
    asked = pair_questions(book.text, unpack_cast(state["cast"], book.text), ballot_of(state))
    return (Planned("", 0, data) for data in asked)


def _open(plan: Plan, channel: str) -> Callable[[State], Wave]:
    """The next wave of those windows of a stage that have no answer."""
    return lambda state: next_wave(plan(state), answers_of(state, channel), _MOST_AT_ONCE)


def _all(plan: Plan) -> Callable[[State], Wave]:
    """The few questions of a stage whose plan leaves out by itself what is known."""
    return lambda state: next_wave(plan(state), (), _MOST_AT_ONCE)


async def _fan_out(state: State, node: str, next_questions: Callable[[State], Wave], otherwise: str) -> Route:
    if state["model"] is None:
        return otherwise
    wave = await asyncio.to_thread(next_questions, state)
    run = uuid4().hex
    return [
        Send(
            node,
            WindowTask(
                window=number,
                key=planned.key,
                start=planned.start,
                windows=wave.planned,
                answered=wave.answered,
                text_length=len(state["source"]),
                run=run,
                language=state["spoken"],
                data=planned.data,
            ),
        )
        for number, planned in wave.questions
    ] or otherwise
