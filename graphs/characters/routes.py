"""Where the graph goes next: windows for the model, or straight on where none is asked."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from langgraph.graph import END
from langgraph.types import Send

from graphs.characters.book import Book
from graphs.characters.doubts import pair_questions
from graphs.characters.names import ballot_of, name_windows
from graphs.characters.packed import unpack_cast, unpack_spans
from graphs.characters.scenes import speaker_windows
from graphs.characters.state import State, WindowTask

Route = list[Send] | str


def after_reading(state: State) -> str:
    """Through all stages, or straight to what edits change."""
    return "chapters" if state["is_new"] else "edit"


def after_result(state: State) -> str:
    """To a person where something is unsure and one is to look."""
    return "review" if state["settings"]["review"] and state["unsure"] else END


async def after_names(state: State) -> Route:
    """Every window's names go to the model."""

    def questions() -> Iterable[dict[str, Any]]:
        book = Book(state["source"])
        return name_windows(book.text, state["mentions"], state["surfaces"], state["spoken"])

    return await _fan_out(state, "name_window", questions, otherwise="aliases")


async def after_aliases(state: State) -> Route:
    """People who may be one go to the model."""

    def questions() -> Iterable[dict[str, Any]]:
        book = Book(state["source"])
        return pair_questions(book.text, unpack_cast(state["cast"], book.text), ballot_of(state))

    return await _fan_out(state, "pair_window", questions, otherwise="attribution")


async def after_attribution(state: State) -> Route:
    """Every window's quotations go to the model."""

    def questions() -> Iterable[dict[str, Any]]:
        book = Book(state["source"])
        spans = unpack_spans(state["quotations"], len(book.text))
        cast = unpack_cast(state["cast"], book.text)
        return speaker_windows(book.text, spans, cast, state["spoken"], book.quote_id)

    otherwise = "relations"
    if not state["settings"]["enable_dialogue"]:
        return otherwise
    return await _fan_out(state, "speaker_window", questions, otherwise=otherwise)


async def _fan_out(
    state: State, node: str, questions: Callable[[], Iterable[dict[str, Any]]], *, otherwise: str
) -> Route:
    if state["model"] is None:
        return otherwise
    data = await asyncio.to_thread(lambda: list(questions()))
    run = uuid4().hex
    tasks = [
        WindowTask(
            window=n,
            windows=len(data),
            text_length=len(state["source"]),
            run=run,
            language=state["spoken"],
            data=asked,
        )
        for n, asked in enumerate(data)
    ]
    return [Send(node, task) for task in tasks] or otherwise
