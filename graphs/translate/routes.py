"""Where the translate graph goes next."""

import asyncio

from langgraph.types import Send

from graphs.translate.state import State
from graphs.translation_lanes import next_lanes


async def to_lanes(state: State) -> list[Send] | str:
    """Every lane's next batches, until all are answered; none without a model."""
    if state["model"] is None:
        return "pretend"
    format = state["document"]["format"]
    tasks = await asyncio.to_thread(next_lanes, state, "translate", format)
    return [Send("translate_lane", task) for task in tasks] or "gather"


def after_gathering(state: State) -> str:
    """To a person where something is doubtful and one is to look."""
    return "review" if state["doubtful"] else "render"
