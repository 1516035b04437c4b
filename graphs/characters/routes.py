"""Where the graph goes next: windows for the model, or straight on where none is asked."""

import asyncio
from collections.abc import Callable
from functools import partial
from uuid import uuid4

from langgraph.graph import END
from langgraph.types import Send

from graphs.characters.book import Book
from graphs.characters.doubts import pair_questions
from graphs.characters.names import ballot_of
from graphs.characters.packed import unpack_cast
from graphs.characters.plans import (
    Planned,
    open_questions,
    plan_names,
    plan_portraits,
    plan_second,
    plan_speakers,
)
from graphs.characters.state import State, WindowTask, answers_of

Route = list[Send] | str


def after_reading(state: State) -> str:
    """Through all stages, or straight to what edits change."""
    return "chapters" if state["is_new"] else "edit"


def after_result(state: State) -> str:
    """To a person where something is unsure and one is to look."""
    return "review" if state["settings"]["review"] and state["unsure"] else END


async def after_names(state: State) -> Route:
    """Every window's names go to the model."""
    return await _fan_out(state, "name_window", partial(_open, plan_names, "name_answers"), "aliases")


async def after_aliases(state: State) -> Route:
    """People who may be one go to the model."""

    def questions() -> list[tuple[int, Planned]]:
        book = Book(state["source"])
        asked = pair_questions(book.text, unpack_cast(state["cast"], book.text), ballot_of(state))
        return [(number, Planned("", 0, data)) for number, data in enumerate(asked)]

    return await _fan_out(state, "pair_window", lambda _: questions(), "attribution")


async def after_attribution(state: State) -> Route:
    """Every window's quotations go to the model."""
    otherwise = "agree" if state["speaker_answers"] else "relations"
    return await _fan_out(
        state, "speaker_window", partial(_open, plan_speakers, "speaker_answers"), otherwise
    )


async def after_agreeing(state: State) -> Route:
    """Quotations whose speaker is doubtful go to the model again."""
    otherwise = "agree_again" if state["second_answers"] else "relations"
    return await _fan_out(state, "second_window", partial(_open, plan_second, "second_answers"), otherwise)


async def after_relations(state: State) -> Route:
    """People of whom nothing was read yet go to the model."""
    otherwise = "draw" if state["portrait_answers"] else "result"
    return await _fan_out(
        state, "portrait_window", lambda state: list(enumerate(plan_portraits(state))), otherwise
    )


Questions = list[tuple[int, Planned]]


def _open(plan: Callable[[State], list[Planned]], channel: str, state: State) -> Questions:
    return list(open_questions(plan(state), answers_of(state, channel)))


async def _fan_out(state: State, node: str, questions: Callable[[State], Questions], otherwise: str) -> Route:
    if state["model"] is None:
        return otherwise
    asked = await asyncio.to_thread(questions, state)
    run = uuid4().hex
    windows = 1 + max((number for number, _ in asked), default=0)
    return [
        Send(
            node,
            WindowTask(
                window=number,
                key=planned.key,
                start=planned.start,
                windows=windows,
                text_length=len(state["source"]),
                run=run,
                language=state["spoken"],
                data=planned.data,
            ),
        )
        for number, planned in asked
    ] or otherwise
