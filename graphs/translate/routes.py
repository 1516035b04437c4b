"""Where the translate graph goes next."""

import asyncio

from langgraph.types import Send

from graphs.translate.state import State
from graphs.translation_lanes import next_lanes
from graphs.translation_terms import wants_new_terms


async def to_lanes(state: State) -> list[Send] | str:
    """Every lane's next batches, until all are answered; none without a model."""
    if state["model"] is None:
        return "pretend"
    format = state["document"]["format"]
    tasks = await asyncio.to_thread(next_lanes, state, "translate", format)
    return [Send("translate_lane", task) for task in tasks] or "gather"


async def after_planning(state: State) -> list[Send] | str:
    """To the terms that the glossary lacks, where they are wanted; else to the lanes."""
    return "find_terms" if wants_new_terms(state) else await to_lanes(state)
