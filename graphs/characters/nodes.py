"""The nodes of the characters graph. CPU work runs in a thread, so that the event loop stays free."""

import asyncio
from collections.abc import Callable
from time import time

from langgraph.types import Overwrite

from graphs.characters import stages
from graphs.characters.estimate import least_usage
from graphs.characters.questions import ask_names, ask_pairs, ask_speakers
from graphs.characters.roster import read_names, read_pairs
from graphs.characters.sources import read_source, store_text
from graphs.characters.state import Request, State, Update, WindowTask, parse_input
from graphs.characters.verdicts import read_speakers
from graphs.characters.windowing import ask_window
from graphs.model_calls import expect
from graphs.notes import Note, warn
from graphs.progress import Meter
from tools.llm.chat_models import current

_STAGES = ("read", "chapters", "quotations", "names", "aliases", "attribution", "relations", "result")
_OFFLINE = Note(
    code="offline",
    message="No language model is configured: rules alone found names and speakers. Set PRIMARY_MODEL.",
)


async def read(state: Request) -> Update:
    """Check the input, fetch and decode the text, find out its language, and whether the budget will do."""
    started_at = time()
    given = parse_input(state)
    source = await read_source(given)
    models = await current()
    choice = models.choice("primary")
    if choice:
        least = await asyncio.to_thread(least_usage, source.text, source.language, given.options)
        await expect("primary", least)
    _enter("read", len(source.text))
    notes = [] if choice else [_OFFLINE]
    warn(notes)
    text_file_id = await store_text(source)
    # A thread's earlier run may have left its answers; Overwrite clears what else would add up.
    return {
        "source": source.text,
        "text_file_id": text_file_id,
        "format_chapters": list(source.chapter_starts),
        "spoken": source.language,
        "settings": given.options.model_dump(),
        "model": choice.name if choice else None,
        "started_at": started_at,
        "warnings": Overwrite(notes),
        "name_answers": Overwrite([]),
        "pair_answers": Overwrite([]),
        "speaker_answers": Overwrite([]),
    }


async def chapters(state: State) -> Update:
    """Find the headings."""
    return await _work(state, "chapters", stages.part_chapters)


async def quotations(state: State) -> Update:
    """Part narration from what is said."""
    return await _work(state, "quotations", stages.part_quotations)


async def names(state: State) -> Update:
    """Find who is named, by rules."""
    return await _work(state, "names", stages.find_names)


async def name_window(state: WindowTask) -> Update:
    """Have the model sort the names of one window."""
    data = state["data"]
    surfaces = {name["id"]: name["name"] for name in data["names"]}
    answer, notes = await ask_window(
        "names",
        state,
        ask_names(state["language"], data),
        surfaces,
        lambda value, unusable: read_names(value, surfaces, unusable),
    )
    return {"name_answers": [answer], "warnings": notes}


async def aliases(state: State) -> Update:
    """Merge the names of the whole book into people."""
    return await _work(state, "aliases", stages.merge_names)


async def pair_window(state: WindowTask) -> Update:
    """Have the model decide a few doubtful pairs."""
    data = state["data"]
    pairs = {pair["id"]: (pair["a"]["names"][0], pair["b"]["names"][0]) for pair in data["pairs"]}
    answer, notes = await ask_window(
        "aliases",
        state,
        ask_pairs(state["language"], data),
        pairs,
        lambda value, unusable: read_pairs(value, pairs, unusable),
    )
    return {"pair_answers": [answer], "warnings": notes}


async def settle(state: State) -> Update:
    """Merge the names again, with the pairs that the model decided."""
    return await asyncio.to_thread(stages.merge_names, state)


async def attribution(state: State) -> Update:
    """Attribute every quotation by rules."""
    return await _work(state, "attribution", stages.attribute)


async def speaker_window(state: WindowTask) -> Update:
    """Have the model attribute the quotations of one window."""
    data = state["data"]
    answer, notes = await ask_window(
        "attribution", state, ask_speakers(state["language"], data), data["quotes"], read_speakers
    )
    return {"speaker_answers": [answer], "warnings": notes}


async def agree(state: State) -> Update:
    """Weigh the windows' answers against each other and against the rules."""
    return await asyncio.to_thread(stages.weigh, state)


async def relations(state: State) -> Update:
    """Find the ties between people."""
    return await _work(state, "relations", stages.relate)


async def result(state: State) -> Update:
    """Write the result."""
    update = await _work(state, "result", stages.write_result)
    _meter("result", len(state["source"])).finish()
    return update


async def _work(state: State, stage: str, work: Callable[[State], Update]) -> Update:
    _enter(stage, len(state["source"]))
    update = await asyncio.to_thread(work, state)
    warn(update.get("warnings", []))
    return update


def _enter(stage: str, text_length: int) -> None:
    """Close the stage before, whose windows may still have been under way, and begin this one."""
    at = _STAGES.index(stage)
    if at > 0:
        _meter(_STAGES[at - 1], text_length).finish()
    _meter(stage, text_length).start()


def _meter(stage: str, text_length: int) -> Meter:
    return Meter(stage=stage, total=text_length, unit="characters")
