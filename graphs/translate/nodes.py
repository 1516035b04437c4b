"""The nodes of the translate graph. CPU work runs in a thread, so that the event loop stays free."""

import asyncio

from langgraph.types import interrupt

from graphs.notes import Note
from graphs.progress import Meter, ReviewWanted, emit
from graphs.translate.sources import find_source, keep, open_source
from graphs.translate.state import Request, State, parse_input
from graphs.translation_batches import (
    unpack_terms,
)
from graphs.translation_languages import target_notes
from graphs.translation_memory import remember
from graphs.translation_plan import plan_units
from graphs.translation_request import read_terms
from graphs.translation_result import Material, assemble
from graphs.translation_review import Edits, doubts, read_edits
from graphs.translation_state import Update, begin, offline_note, used, without_model
from graphs.translation_terms import find_new_terms, keep_new_terms
from graphs.translation_verdicts import Opinion
from tools.llm.chat_models import current
from tools.translation.formats.opening import Translatable
from tools.translation.glossary import Glossary
from tools.translation.units import Unit, units_of


async def read(state: Request) -> Update:
    """Check the input, and fetch what it names."""
    given = parse_input(state)
    Meter(stage="read", total=1, unit="documents").start()
    source = await find_source(given)
    terms = await read_terms(given)
    choice = (await current()).choice("translate")
    notes = [Note(code="glossary_conflict", message=f"{clash}; the first is used") for clash in terms.clashes]
    notes += [] if choice else [offline_note("TRANSLATE_MODEL")]
    Meter(stage="read", total=1, unit="documents").finish()
    return begin(
        given, given.options, source, model=choice.name if choice else None, terms=terms.of, notes=notes
    )


async def plan(state: State) -> Update:
    """Part the document into units, and find the terms of each."""
    document = await open_source(state["source"])
    _count(state, "plan", len(document.segments)).start()
    units = await asyncio.to_thread(units_of, document.segments)
    planned = await plan_units(state, units, "translate")
    _count(state, "plan", len(document.segments)).finish()
    _count(state, "translate", len(units) * len(state["into"])).start()
    return {
        **planned,
        "document": {
            "name": state["source"]["name"],
            "format": document.format,
            "language": planned["spoken"],
        },
    }


async def join(state: State) -> Update:
    """Every lane has come as far as it was sent."""
    return {}


async def pretend(state: State) -> Update:
    """Without a model: say so for every unit, and pseudo-localise where that is wanted."""
    units = units_of((await open_source(state["source"])).segments)
    return without_model(state, units)


async def find_terms(state: State) -> Update:
    """Find the terms that the glossary lacks."""
    return await find_new_terms(state, "translate")


async def gather(state: State) -> Update:
    """All batches are in."""
    _count(state, "translate", len(state["units"]) * len(state["into"])).finish()
    return {}


async def weigh(state: State) -> Update:
    """See what is doubtful, and show it where a person is to look."""
    wanted = await _doubts(state) if state["settings"]["review"] and state["model"] else []
    if wanted:
        emit(ReviewWanted(subject="translations", items=tuple(wanted)))
    return {"doubtful": bool(wanted)}


async def review(state: State) -> Update:
    """Wait until a person has looked; edits that cannot be used are shown again with what is wrong."""
    document = await open_source(state["source"])
    items = await _doubts(state)
    problems: list[str] = []
    while True:
        answer: object = interrupt({"subject": "translations", "items": items, "problems": problems})
        edits, problems = read_edits(answer, document.segments, state["into"], document.check)
        if not problems:
            return {"edits": edits}


async def render(state: State) -> Update:
    """Write a file for each target."""
    document = await open_source(state["source"])
    meter = _count(state, "render", len(document.segments) * len(state["into"]))
    meter.start()
    units = await asyncio.to_thread(units_of, document.segments)
    targets: dict[str, Update] = {}
    for target in state["into"]:
        targets[target] = await _render_one(state, document, units, target)
        meter.advance(len(document.segments))
    meter.finish()
    return {
        "mode": "model" if state["model"] else "offline",
        "targets": targets,
        "usage": used(state),
        "warnings": target_notes(state["answers"], targets) if state["model"] else [],
    }


async def _render_one(state: State, document: Translatable, units: list[Unit], target: str) -> Update:
    material = Material(segments=document.segments, units=units, check=document.check)
    edits: Edits = state["edits"]
    translated = await asyncio.to_thread(
        assemble,
        material,
        state["answers"],
        target,
        edits=edits.get(target, {}),
        glossary=Glossary(unpack_terms(state["terms"][target]), target=target),
        opinions=(opinion := Opinion(state["verdicts"], target)).reasons,
    )
    data = await asyncio.to_thread(document.render, translated.texts)
    kept = await keep(state["source"], document.format, target, data)
    remembered = await remember(
        state["remembering"], state["source"], state["spoken"], target, translated.sure
    )
    new_terms = await keep_new_terms(state["source"], target, state["term_finds"].get(target, ()))
    estimate = opinion.summary({unit.id: unit.members for unit in units})
    return {**kept.summary(), **translated.summary(), **estimate, **new_terms, **remembered}


async def _doubts(state: State) -> list[Update]:
    units = units_of((await open_source(state["source"])).segments)
    return doubts(units, state["answers"], state["into"], state["verdicts"])


def _count(state: State, stage: str, total: int) -> Meter:
    return Meter(stage=stage, total=total, unit="segments")
