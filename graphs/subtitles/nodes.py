"""The nodes of the subtitles graph. CPU work runs in a thread, so that the event loop stays free."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

from langgraph.types import interrupt

from graphs.notes import Note, warn
from graphs.progress import Meter, ReviewWanted, emit
from graphs.subtitles.desk import clear, film_in, finished_in, lay
from graphs.subtitles.result import Film, Finished, fixed, in_both, lost_notes, report
from graphs.subtitles.sheet import sheet
from graphs.subtitles.sources import find_profiles, find_shift, find_source, keep, keep_sheet, open_source
from graphs.subtitles.state import Request, State, parse_input
from graphs.translation_batches import (
    BatchTask,
    shorten_units,
)
from graphs.translation_languages import target_notes
from graphs.translation_memory import remember
from graphs.translation_plan import plan_units
from graphs.translation_request import read_terms
from graphs.translation_review import doubts, read_edits
from graphs.translation_state import Update, begin, offline_note, used, without_model
from graphs.translation_terms import find_new_terms, keep_new_terms
from graphs.translation_verdicts import Opinion
from tools.llm.chat_models import current
from tools.storage import base as storage
from tools.subtitles.conflicts import find_conflicts
from tools.subtitles.file import SubtitleFile
from tools.subtitles.wording import tag_check


async def read(state: Request) -> Update:
    """Check the input, fetch what it names, and find out how times are to be moved."""
    given = parse_input(state)
    Meter(stage="read", total=1, unit="documents").start()
    source = await find_source(given)
    file = await open_source(source)
    shift, alignment = await find_shift(given, file)
    terms = await read_terms(given)
    profiles = await find_profiles(given)
    choice = (await current()).choice("subtitle") if given.operation == "translate" else None
    mode = "rules" if given.operation != "translate" else "model" if choice else "offline"
    wrong = await asyncio.to_thread(_impossible_times, file) if given.operation == "translate" else []
    notes = [*_notes(terms.clashes, file), *wrong, *_offline(mode)]
    Meter(stage="read", total=1, unit="documents").finish()
    model = choice.name if choice else None
    first = begin(given, given.options, source, model=model, terms=terms.of, notes=notes)
    own = {
        "settings": {
            **first["settings"],
            "fix": given.operation == "fix",
            "profiles": profiles.model_dump() if profiles else None,
        },
        "mode": mode,
        "shift": [shift.rate, shift.offset],
        "alignment": asdict(alignment) if alignment else None,
    }
    update = first | own
    await lay(cast("State", update), file)
    return update


async def plan(state: State) -> Update:
    """Part the words of the cues into units, and find the terms of each."""
    film = await film_in(state)
    _count("plan", len(film.cues)).start()
    planned = await plan_units(state, film.units, "subtitle")
    _count("plan", len(film.cues)).finish()
    if state["into"]:
        _count("translate", len(film.units) * len(state["into"])).start()
    document = {"name": state["source"]["name"], "format": film.file.format, "language": planned["spoken"]}
    return {
        **planned,
        "document": {**document, "cues": len(film.cues)},
    }


async def find_terms(state: State) -> Update:
    """Find the terms that the glossary lacks."""
    return await find_new_terms(state, "subtitle")


async def join(state: State) -> Update:
    """Every lane has come as far as it was sent."""
    return {}


async def pretend(state: State) -> Update:
    """Without a model: say so for every cue, and pseudo-localise where that is wanted."""
    units = (await film_in(state)).units
    return without_model(state, units)


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
    if not wanted:
        return {"doubtful": False}
    emit(ReviewWanted(subject="subtitles", items=tuple(wanted)))
    film = await film_in(state)
    finished = {target: await finished_in(state, film, target) for target in state["into"]}
    return {"doubtful": True, "sheet_id": await _sheet(state, film, finished)}


async def review(state: State) -> Update:
    """Wait until a person has looked; edits that cannot be used are shown again with what is wrong."""
    material = (await film_in(state)).material
    items = await _doubts(state)
    problems: list[str] = []
    while True:
        shown = {"subject": "subtitles", "items": items, "sheet_id": state["sheet_id"], "problems": problems}
        answer: object = interrupt(shown)
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
    file, lost = None, dict[str, int]()
    if not state["into"]:
        file, lost = await _written(state, film)
    finished = {target: await finished_in(state, film, target) for target in state["into"]}
    for target, of_it in finished.items():
        targets[target], lost = await _translated(state, film, target, of_it)
        meter.advance(len(film.cues))
    sheet_id = await _sheet(state, film, finished) if finished else None
    clear(state)
    meter.finish()
    notes = lost_notes(lost, film)
    warn(notes)
    if state["model"]:
        notes += target_notes(state["answers"], targets)
    return {"targets": targets, "file": file, "sheet_id": sheet_id, "usage": used(state), "warnings": notes}


async def _sheet(state: State, film: Film, finished: Mapping[str, Finished]) -> str | None:
    """Keep what an editor shows; None where no storage is bound."""
    if storage.bound() is None:
        return None
    data = await asyncio.to_thread(
        sheet,
        film,
        state["answers"],
        finished,
        terms=state["terms"],
        found_terms=state["found_terms"],
        edits=state["edits"],
    )
    return await keep_sheet(state["source"], data)


async def _translated(
    state: State, film: Film, target: str, finished: Finished
) -> tuple[Update, dict[str, int]]:
    kept, lost = await keep(
        state["source"], film.file, in_both(film, finished), target, format=film.settings["format"]
    )
    figures = finished.translated.summary() | report(film, finished.cues, target)
    remembered = await remember(
        state["remembering"], state["source"], state["spoken"], target, finished.translated.sure
    )
    new_terms = await keep_new_terms(state["source"], target, state["term_finds"].get(target, ()))
    estimate = Opinion(state["verdicts"], target).summary({unit.id: unit.members for unit in film.units})
    return {**kept.summary(), **figures, **estimate, **new_terms, **remembered}, lost


async def _written(state: State, film: Film) -> tuple[Update, dict[str, int]]:
    cues = fixed(film) if film.settings.get("fix") else list(film.cues)
    kept, lost = await keep(state["source"], film.file, cues, "new", format=film.settings["format"])
    return {**kept.summary(), **report(film, cues, state["spoken"] or "")}, lost


async def _doubts(state: State) -> list[Update]:
    return doubts((await film_in(state)).units, state["answers"], state["into"], state["verdicts"])


def _notes(clashes: Sequence[str], file: SubtitleFile) -> list[Note]:
    notes = [Note(code="glossary_conflict", message=f"{clash}; the first is used") for clash in clashes]
    unread = [f"line {problem.line}: {problem.message}" for problem in file.problems]
    return notes + [Note(code="unread_lines", message=message) for message in unread[:20]]


def _impossible_times(file: SubtitleFile) -> list[Note]:
    """Times of the source that cannot be meant; fitting sets them right, which nobody would see otherwise."""
    wrong = [conflict for conflict in find_conflicts(file.cues) if conflict.kind in _IMPOSSIBLE]
    if not wrong:
        return []
    named = ", ".join(f"{each.cue} ({_IMPOSSIBLE[each.kind]})" for each in wrong[:20])
    rest = f", and {len(wrong) - 20} more" if len(wrong) > 20 else ""
    return [Note(code="impossible_times", message=f"times of the source cannot be right: cues {named}{rest}")]


_IMPOSSIBLE = {"backwards": "ends before it starts", "before_zero": "starts before the film"}


def _offline(mode: str) -> list[Note]:
    return [offline_note("SUBTITLE_MODEL")] if mode == "offline" else []


def _count(stage: str, total: int) -> Meter:
    return Meter(stage=stage, total=total, unit="segments")
