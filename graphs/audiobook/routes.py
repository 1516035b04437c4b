"""Where the audiobook graph goes next."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import uuid4

from langgraph.types import Send

from graphs.audiobook.casting import wanted_lines
from graphs.audiobook.state import ChapterTask, State


def after_opening(state: State) -> str:
    """To the script, where the same text has been read before."""
    return "write_lines" if state.get("recognised") == state["novel"] else "recognise"


def after_script(state: State) -> str:
    """On, unless no more was asked for."""
    return "finish" if state["given"]["options"]["until"] == "characters" else "plan_direction"


def after_direction(state: State) -> str:
    """On, unless no more was asked for."""
    return "finish" if state["given"]["options"]["until"] == "script" else "cast_voices"


def after_estimate(state: State) -> Sequence[str | Send]:
    """To a person where one is to look, else to the voices."""
    options = state["given"]["options"]
    if options["review"] and not state["decided"]:
        return ["show_plan"]
    return ["finish"] if options["until"] == "cast" else _chapters(state)


def after_review(state: State) -> Sequence[str | Send]:
    """Again, where the answer cannot be used; with edits, to what follows from them."""
    if state["problems"]:
        return ["review_plan"]
    if not state["decided"]:
        return ["write_lines"]
    return ["finish"] if state["given"]["options"]["until"] == "cast" else _chapters(state)


def after_voices(state: State) -> str:
    """To the book, if every line was spoken."""
    return "finish" if state["failed_lines"] else "make_book"


def _chapters(state: State) -> list[Send]:
    lines = wanted_lines(state)
    options: dict[str, Any] = state["given"]["options"]
    run = uuid4().hex
    return [
        Send(
            "speak_chapter",
            ChapterTask(
                run=run,
                total=len(lines),
                at_once=options["at_once"],
                speed=options["speed"],
                language=state["spoken"],
                text_file_id=state["text_file_id"],
                lines=list(chapter),
                takes=state["locks"]["takes"],
            ),
        )
        for _, chapter in groupby(lines, key=lambda line: line["chapter"])
    ]
