"""Where the subtitles graph goes next."""

import asyncio

from langgraph.types import Send

from graphs.subtitles.desk import film_in, finished_in
from graphs.subtitles.result import limits_of
from graphs.subtitles.state import State
from graphs.translation_batches import shorter_batches
from graphs.translation_lanes import next_lanes
from graphs.translation_routes import to_judges
from graphs.translation_terms import wants_new_terms


async def to_lanes(state: State) -> list[Send] | str:
    """Every lane's next batches, until all are answered; none where nothing is translated."""
    if not state["into"]:
        return "render"
    if state["model"] is None:
        return "pretend"
    format = state["document"]["format"]
    tasks = await asyncio.to_thread(next_lanes, state, "subtitle", format)
    return [Send("translate_lane", task) for task in tasks] or "gather"


async def after_planning(state: State) -> list[Send] | str:
    """To the terms that the glossary lacks, where they are wanted; else to the lanes."""
    return "find_terms" if wants_new_terms(state) else await to_lanes(state)


async def to_shorter(state: State) -> list[Send] | str:
    """What cannot be read in its time is asked for once more, shorter."""
    if state["model"] is None or not state["settings"]["shorten"]:
        return await to_judges(state)
    film = await film_in(state)
    limits = {
        target: limits_of(film, await finished_in(state, film, target), target) for target in state["into"]
    }
    tasks = await asyncio.to_thread(shorter_batches, state, "subtitle", film.file.format, limits)
    return [Send("shorten_batch", task) for task in tasks] or await to_judges(state)
