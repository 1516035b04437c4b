"""The nodes that have a model say how lines are spoken; without one, or where it fails, the rules say it."""

import asyncio
from uuid import uuid4

from langgraph.types import Send

from graphs.audiobook.direction import (
    Window,
    ask_direction,
    prompt_of,
    read_direction,
    windows,
    with_directions,
)
from graphs.audiobook.locks import with_manners
from graphs.audiobook.reading import read_text
from graphs.audiobook.state import State, Update
from graphs.characters.estimate import CHARACTERS_PER_TOKEN
from graphs.characters.packed import unpack_items
from graphs.characters.state import WindowTask
from graphs.characters.windowing import ask_window
from graphs.model_calls import expect
from tools.llm.chat_models import current
from tools.llm.usage import Usage

STAGE = "direction"


async def plan_direction(state: State) -> Update:
    """Who directs, and what the windows take at least that it has not been asked about on this thread.

    Raises:
        BudgetSpent: Less is left than that.
    """
    choice = (await current()).choice("primary")
    if choice is None or not state["given"]["options"]["direct"]:
        return {"director": None}
    left = await _undirected(state, choice.name)
    if left:
        prompt = len(prompt_of(state["spoken"]).text)
        characters = sum(len(window.data["text"]) + prompt for window in left)
        tokens = int(characters / CHARACTERS_PER_TOKEN[state["spoken"]])
        await expect("primary", Usage(calls=len(left), input_tokens=tokens))
    return {"director": choice.name}


async def after_plan(state: State) -> list[Send] | str:
    """Every window to the model."""
    left = await _undirected(state, state["director"]) if state["director"] else []
    run, length = uuid4().hex, sum(len(window.data["text"]) for window in left)
    return [
        Send(
            "direct_window",
            WindowTask(
                window=number,
                key=window.key,
                start=0,
                windows=len(left),
                answered=0,
                text_length=length,
                run=run,
                language=state["spoken"],
                data={"asked": window.data, "words": window.words},
            ),
        )
        for number, window in enumerate(left)
    ] or "direct_lines"


async def _undirected(state: State, model: str) -> list[Window]:
    source = await read_text(state["text_file_id"])
    known = state.get("directions") or {}

    def found() -> list[Window]:
        all_windows = windows(source, state["lines"], state["spoken"], model)
        return [window for window in all_windows if window.key not in known]

    return await asyncio.to_thread(found)


async def direct_window(state: WindowTask) -> Update:
    """Have the model direct one window; what stays unusable is left to the rules, and said."""
    asked, words = state["data"]["asked"], state["data"]["words"]
    answer, notes = await ask_window(
        STAGE,
        state,
        ask_direction(state["language"], asked, words),
        words,
        lambda value, unusable: read_direction(value, unusable, words),
    )
    manners = unpack_items(answer["values"])
    directed = {state["key"]: manners} if manners else {}
    return {"directions": directed, "direction_notes": notes, "usages": [answer["usage"]]}


async def direct_lines(state: State) -> Update:
    """The lines as the model, and over it people, want them said."""
    if state["director"] is None:
        return {}
    source = await read_text(state["text_file_id"])
    lines = await asyncio.to_thread(
        with_directions,
        source,
        state["lines"],
        state["spoken"],
        state["director"],
        state.get("directions") or {},
    )
    return {"lines": with_manners(lines, state["locks"])}
