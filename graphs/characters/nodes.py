"""The nodes of the characters graph. CPU work runs in a thread, so that the event loop stays free."""

import asyncio
from collections.abc import Callable
from time import time
from typing import Any, cast

from langgraph.types import Overwrite, interrupt

from graphs.characters import stages
from graphs.characters.earlier import answers_in, bound
from graphs.characters.estimate import least_usage
from graphs.characters.plans import people_in
from graphs.characters.portrait_question import ask_portraits
from graphs.characters.portraits import read_portraits
from graphs.characters.questions import ask_names, ask_pairs, ask_second, ask_speakers
from graphs.characters.roster import read_names, read_pairs
from graphs.characters.sources import read_source, store_text
from graphs.characters.state import (
    ANSWERS,
    Request,
    State,
    Update,
    WindowTask,
    parse_input,
)
from graphs.characters.verdicts import read_speakers
from graphs.characters.windowing import ask_window
from graphs.model_calls import expect
from graphs.notes import Note, warn
from graphs.progress import Meter, ReviewWanted, emit
from tools.errors import InvalidInput
from tools.llm.chat_models import current

_STAGES = ("read", "chapters", "quotations", "names", "aliases", "attribution", "relations", "result")
_OFFLINE = Note(
    code="offline",
    message="No language model is configured: rules alone found names and speakers. Set PRIMARY_MODEL.",
)


async def read(state: State) -> Update:
    """Check the input, fetch and decode the text, find out its language, and whether the budget will do."""
    started_at = time()
    values = cast("dict[str, Any]", state)
    given = parse_input({name: values[name] for name in Request.__annotations__ if name in values})
    if not given.has_source and not state.get("source"):
        raise InvalidInput(
            "edits need a novel, and this thread has read none",
            hint="Send edits on the thread whose result they change.",
            code="nothing_to_edit",
        )
    history = await asyncio.to_thread(stages.take_edits, state, given.edits or [])
    if not given.has_source:
        return {"history": history, "is_new": False}
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
        "is_new": True,
        "history": history,
        "source": source.text,
        "text_file_id": text_file_id,
        "format_chapters": list(source.chapter_starts),
        "spoken": source.language,
        "settings": given.options.model_dump(),
        "model": choice.name if choice else None,
        "started_at": started_at,
        "warnings": Overwrite(notes),
        # What the model said in the thread's last run that had one.
        "earlier": answers_in(values) or state.get("earlier") or bound(),
        "doubted": "",
        **{channel: Overwrite([]) for channel in ANSWERS.values()},
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


async def next_wave(state: State) -> Update:
    """Where the windows of a wave come together; the edges behind it send the next one."""
    del state
    return {}


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
    answer["people"] = people_in(answer["values"], data)
    return {"speaker_answers": [answer], "warnings": notes}


async def agree(state: State) -> Update:
    """Weigh the windows' answers against each other and against the rules."""
    return await asyncio.to_thread(stages.weigh, state)


async def second_window(state: WindowTask) -> Update:
    """Have the model read again what its first readings differ about."""
    data = state["data"]
    question = ask_second(state["language"], data)
    answer, notes = await ask_window(
        "attribution", state, question, data["quotes"], read_speakers, is_counted=False
    )
    answer["people"] = people_in(answer["values"], data)
    return {"second_answers": [answer], "warnings": notes}


async def agree_again(state: State) -> Update:
    """Weigh the second reading."""
    return await asyncio.to_thread(stages.weigh_again, state)


async def relations(state: State) -> Update:
    """Find the ties between people."""
    return await _work(state, "relations", stages.relate)


async def portrait_window(state: WindowTask) -> Update:
    """Have the model read about a few people."""
    data = state["data"]
    keys = state["key"].split(",")
    answer, notes = await ask_window(
        "relations",
        state,
        ask_portraits(state["language"], data),
        [person["id"] for person in data["people"]],
        lambda value, _: read_portraits(value, data, keys),
    )
    return {"portrait_answers": [answer], "warnings": notes}


async def draw(state: State) -> Update:
    """Add what was read about people."""
    return await asyncio.to_thread(stages.draw, state)


async def result(state: State) -> Update:
    """Write the result."""
    _enter("result", len(state["source"]))
    update = await asyncio.to_thread(stages.write_result, state)
    warn(update["warnings"].value[len(state["warnings"]) :])
    _meter("result", len(state["source"])).finish()
    if state["settings"]["review"] and update["unsure"]:
        emit(ReviewWanted(subject="characters", items=tuple(update["unsure"])))
    return update


async def review(state: State) -> Update:
    """Wait until a person has looked; edits that cannot be made are shown again with what is wrong."""
    problems: list[str] = []
    while True:
        answer: object = interrupt({"subject": "characters", "items": state["unsure"], "problems": problems})
        history, problems = await asyncio.to_thread(_answered, state, answer)
        if not problems:
            return {"history": history}


async def edit(state: State) -> Update:
    """Write the result with what was changed."""
    return await asyncio.to_thread(stages.write_result, state)


def _answered(state: State, answer: object) -> tuple[list[Update], list[str]]:
    edits = cast("dict[str, Any]", answer).get("edits") if isinstance(answer, dict) else None
    if not isinstance(edits, list):
        return [], ['answer with an object: {"edits": [...]}; with no edits all stays as it is']
    try:
        return stages.take_edits(state, cast("list[Any]", edits)), []
    except InvalidInput as error:
        return [], [error.message]


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
