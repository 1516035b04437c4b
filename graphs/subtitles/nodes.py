"""The nodes of the subtitles graph. CPU work runs in a thread, so that the event loop stays free."""

import asyncio
from dataclasses import asdict

from langgraph.types import interrupt

from graphs.progress import Meter, ReviewWanted, emit
from graphs.subtitles.result import Film, Finished, film_of, finish, in_both, report
from graphs.subtitles.sources import find_shift, find_source, keep, open_source
from graphs.subtitles.state import Input, Request, State, parse_input
from graphs.translation_batches import (
    BatchTask,
    find_terms,
    least_usage,
    pack,
    shorten_units,
    unpack_terms,
    usage_of,
)
from graphs.translation_request import clashes, read_terms
from graphs.translation_review import doubts, read_edits
from graphs.translation_state import Note, Update, begin, offline_note, without_model
from tools.llm.calling import afford
from tools.llm.chat_models import current
from tools.subtitles.file import SubtitleFile
from tools.subtitles.wording import tag_check
from tools.translation.glossary import Glossary
from tools.translation.scripts import language_by_script


async def read(state: Request) -> Update:
    """Check the input, fetch what it names, and find out how times are to be moved."""
    given = parse_input(state)
    Meter(stage="read", total=1, unit="documents").start()
    source = await find_source(given)
    file = await open_source(source)
    shift, alignment = await find_shift(given, file)
    terms = await read_terms(given)
    choice = (await current()).choice("subtitle") if given.operation == "translate" else None
    mode = "rules" if given.operation != "translate" else "model" if choice else "offline"
    notes = [*_notes(given, file), *_offline(mode)]
    Meter(stage="read", total=1, unit="documents").finish()
    own = {
        "mode": mode,
        "shift": [shift.rate, shift.offset],
        "alignment": asdict(alignment) if alignment else None,
    }
    model = choice.name if choice else None
    return own | begin(given, given.options, source, model=model, terms=terms, notes=notes)


async def plan(state: State) -> Update:
    """Part the words of the cues into units, and find the terms of each."""
    film = await film_in(state)
    _count("plan", len(film.cues)).start()
    found = {
        target: await asyncio.to_thread(find_terms, film.units, unpack_terms(terms))
        for target, terms in state["terms"].items()
        if terms
    }
    if state["model"]:
        least = least_usage(film.units, len(state["into"]), state["sizes"]["batch"])
        await afford(await current(), "subtitle", least)
    spoken = state["spoken"] or language_by_script("\n".join(unit.protected.words for unit in film.units))
    _count("plan", len(film.cues)).finish()
    if state["into"]:
        _count("translate", len(film.units) * len(state["into"])).start()
    document = {"name": state["source"]["name"], "format": film.file.format, "language": spoken}
    return {
        "units": [pack(unit) for unit in film.units],
        "found_terms": found,
        "spoken": spoken,
        "document": {**document, "cues": len(film.cues)},
    }


async def join(state: State) -> Update:
    """Every lane has come as far as it was sent."""
    return {}


async def pretend(state: State) -> Update:
    """Without a model: say so for every cue, and pseudo-localise where that is wanted."""
    units = (await film_in(state)).units
    return without_model(units, state["into"], state["settings"])


async def gather(state: State) -> Update:
    """All batches are in."""
    _count("translate", len(state["units"]) * len(state["into"])).finish()
    return {}


async def shorten_batch(state: BatchTask) -> Update:
    """Ask for shorter words for cues that cannot be read in their time."""
    return {"answers": [await shorten_units(state, tag_check(state["format"]))]}  # type: ignore[arg-type]


async def weigh(state: State) -> Update:
    """See what is doubtful, and show it where a person is to look."""
    wanted = await _doubts(state) if state["settings"]["review"] and state["model"] else []
    if wanted:
        emit(ReviewWanted(subject="subtitles", items=tuple(wanted)))
    return {"doubtful": bool(wanted)}


async def review(state: State) -> Update:
    """Wait until a person has looked; edits that cannot be used are shown again with what is wrong."""
    material = (await film_in(state)).material
    items = await _doubts(state)
    problems: list[str] = []
    while True:
        answer: object = interrupt({"subject": "subtitles", "items": items, "problems": problems})
        edits, problems = read_edits(answer, material.segments, state["into"], material.check)
        if not problems:
            return {"edits": edits}


async def render(state: State) -> Update:
    """Write a file for each target; or the one file, where nothing is translated."""
    film = await film_in(state)
    labels = state["into"] or ["new"]
    meter = _count("render", len(film.cues) * len(labels))
    meter.start()
    targets: dict[str, Update] = {}
    file = None if state["into"] else await _written(state, film)
    for target in state["into"]:
        targets[target] = await _translated(state, film, target)
        meter.advance(len(film.cues))
    meter.finish()
    return {"targets": targets, "file": file, "usage": asdict(usage_of(state["answers"]))}


async def film_in(state: State) -> Film:
    """The file, read again."""
    file = await open_source(state["source"])
    return await asyncio.to_thread(film_of, file, state["shift"], state["settings"])


async def finished_in(state: State, film: Film, target: str) -> Finished:
    """The cues in one language, as far as they are translated."""
    return await asyncio.to_thread(
        finish,
        film,
        target,
        state["answers"],
        edits=state["edits"].get(target, {}),
        glossary=Glossary(unpack_terms(state["terms"][target])),
    )


async def _translated(state: State, film: Film, target: str) -> Update:
    finished = await finished_in(state, film, target)
    kept = await keep(state["source"], film.file, in_both(film, finished), target)
    figures = finished.translated.summary() | report(film, finished.cues, target)
    return {**kept.summary(), **figures}


async def _written(state: State, film: Film) -> Update:
    kept = await keep(state["source"], film.file, list(film.cues), "new")
    return {**kept.summary(), **report(film, film.cues, state["spoken"] or "")}


async def _doubts(state: State) -> list[Update]:
    return doubts((await film_in(state)).units, state["answers"], state["into"])


def _notes(given: Input, file: SubtitleFile) -> list[Note]:
    notes = [Note(code="glossary_conflict", message=clash) for clash in clashes(given)]
    unread = [f"line {problem.line}: {problem.message}" for problem in file.problems]
    return notes + [Note(code="unread_lines", message=message) for message in unread[:20]]


def _offline(mode: str) -> list[Note]:
    return [offline_note("SUBTITLE_MODEL")] if mode == "offline" else []


def _count(stage: str, total: int) -> Meter:
    return Meter(stage=stage, total=total, unit="segments")
