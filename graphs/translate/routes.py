"""Where the translate graph goes next."""

import asyncio

from langgraph.types import Send

from graphs.translate.state import State
from graphs.translation_batches import next_batches


async def to_batches(state: State) -> list[Send] | str:
    """Every lane's next batch, until all are answered; none without a model."""
    if state["model"] is None:
        return "pretend"
    format = state["document"]["format"]
    tasks = await asyncio.to_thread(next_batches, state, "translate", format)
    return [Send("translate_batch", task) for task in tasks] or "gather"


def after_gathering(state: State) -> str:
    """To a person where something is doubtful and one is to look."""
    return "review" if state["doubtful"] else "render"
