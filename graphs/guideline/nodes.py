"""The nodes of the guideline graph. CPU work runs in a thread, so that the event loop stays free."""

import asyncio
from collections.abc import Sequence
from time import time
from typing import Any
from uuid import uuid4

from langgraph.types import Overwrite, interrupt

from graphs.guideline import extraction, judging, reviewing, writing
from graphs.guideline.asking import ask_task
from graphs.guideline.measuring import summed
from graphs.guideline.planning import expected_usage, make_plan
from graphs.guideline.questions import ask_draft, ask_extraction, ask_review
from graphs.guideline.releasing import release
from graphs.guideline.sources import find_source, open_source, packed
from graphs.guideline.state import Note, Request, State, Task, Update, parse_input
from graphs.progress import Meter, ReviewWanted, WarningRaised, emit
from tools.llm.calling import afford
from tools.llm.chat_models import current
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.templates import find_template
from tools.medical.version import PatientVersion
from tools.text.language import detect

_OFFLINE = Note(
    code="offline",
    message="No language model is configured: recommendations are found by rules and given in the "
    "guideline's own words. Set PRIMARY_MODEL.",
)


async def document_parser(state: Request) -> Update:
    """Check the input, and take the document apart into blocks with pages and sections."""
    given = parse_input(state)
    Meter(stage="document_parser", total=1, unit="documents").start()
    template = find_template(given.options.template)
    source = await find_source(given)
    document = await open_source(source)
    text = "\n".join(document.pages)
    choice = (await current()).choice("primary")
    notes = [] if choice else [_OFFLINE]
    if document.hidden_characters:
        message = f"{document.hidden_characters} characters that no reader can see were left out."
        notes = [*notes, Note(code="hidden_text", message=message)]
    for note in notes:
        emit(WarningRaised(code=note["code"], message=note["message"]))
    Meter(stage="document_parser", total=1, unit="documents").finish()
    title = (
        given.title or document.title or next((b.text for b in document.blocks if b.kind == "heading"), "")
    )
    # A thread's earlier run may have left its answers; Overwrite clears what else would add up.
    return {
        "run": uuid4().hex,
        "source": source,
        "settings": given.options.model_dump(),
        "model": choice.name if choice else None,
        "spoken": given.language or await asyncio.to_thread(detect, text),
        "blocks": list(packed(document)),
        "pages": list(document.pages),
        "guideline": {
            "name": source["name"],
            "title": title,
            "pages": len(document.pages),
            "template": template.name,
            "read_at": round(time()),
        },
        "wave": 0,
        "rounds": 0,
        "extractions": Overwrite([]),
        "objections": Overwrite([]),
        "drafts": Overwrite([]),
        "performance": Overwrite([]),
        "warnings": Overwrite(notes),
    }


async def multimodal_processor(state: State) -> Update:
    """Tables as data for the version; what was drawn only stays in the guideline, and is said."""
    if not state["settings"]["enable_visualization"]:
        return {"figures": []}
    tables = [block for block in state["blocks"] if block["kind"] == "table"]
    figures = [
        {"id": block["id"], "page": block["page"], "section": block["section"], "rows": block["rows"]}
        for block in tables
        if block.get("rows")
    ]
    return {"figures": figures}


async def cost_optimizer(state: State) -> Update:
    """Decide which models are asked how often, and whether the budget will do, before anything is asked."""
    template = find_template(state["settings"]["template"])
    plan = make_plan(state["settings"], template, state["spoken"], state["blocks"])
    if state["model"]:
        await afford(await current(), "primary", expected_usage(plan))
    _count("knowledge_extraction", len(extraction.batches(state["blocks"]))).start()
    return {"plan": plan}


async def extract_batch(state: Task) -> Update:
    """Have the model take the recommendations out of some blocks."""
    question = ask_extraction(state["language"], state["data"]["blocks"])
    value, notes = await ask_task("knowledge_extraction", state, question)
    found = [{"number": state["number"], "value": value.model_dump()}] if value else []
    return {"extractions": found, "warnings": notes}


async def knowledge_extraction(state: State) -> Update:
    """Put what the batches gave together; without a model, take what rules can see."""
    if state["model"]:
        records = extraction.merge(state["extractions"], state["blocks"])
    else:
        records = await asyncio.to_thread(extraction.by_rules, state["blocks"], state["spoken"])
    _count("knowledge_extraction", len(extraction.batches(state["blocks"]))).finish()
    notes: list[Note] = []
    if not records.recommendations:
        message = "No recommendation was found: this may be no guideline, or its wording is unusual."
        notes = [Note(code="no_recommendations", message=message)]
        emit(WarningRaised(code="no_recommendations", message=message))
    return {"records": records.model_dump(), "warnings": notes}


async def specialist_review(state: Task) -> Update:
    """Have one specialist look over the records."""
    question = ask_review(state["language"], state["data"]["role"], state["data"]["material"])
    value, notes = await ask_task("specialist_review", state, question)
    objections = [] if value is None else value.objections
    told = [{"role": state["data"]["role"], **objection.model_dump()} for objection in objections]
    return {"objections": told, "warnings": notes}


async def reviewed(state: State) -> Update:
    """Every specialist has looked."""
    return {}


async def write_section(state: Task) -> Update:
    """Have the model write a part of a section, or write it anew with what was wrong."""
    given = state["data"]
    records = GuidelineRecords.model_validate(given["records"])
    question = ask_draft(state["language"], given["shown"], records)
    value, notes = await ask_task("progressive_writing", state, question)
    draft = (
        [{"section": given["section"], "part": given["part"], "value": value.model_dump()}] if value else []
    )
    return {"drafts": draft, "warnings": notes}


async def extract_section(state: State) -> Update:
    """Without a model: the guideline's own words, section by section."""
    template = find_template(state["settings"]["template"])
    records = GuidelineRecords.model_validate(state["records"])
    drafts = [
        {
            "section": task["section"],
            "part": task["part"],
            "value": writing.extracted(
                state["spoken"], GuidelineRecords.model_validate(task["records"])
            ).model_dump(),
        }
        for wave in state["plan"]["waves"]
        for task in writing.writing_tasks(template, wave, records)
    ]
    return {"drafts": drafts, "wave": len(state["plan"]["waves"])}


async def progressive_writing(state: State) -> Update:
    """The sections of one priority are written: on to the next."""
    return {"wave": state["wave"] + 1}


async def quality_controller(state: State) -> Update:
    """Put the version together, and hold it against the guideline."""
    template = find_template(state["settings"]["template"])
    records = GuidelineRecords.model_validate(state["records"])
    title = state["guideline"]["title"]
    version = writing.assemble(template, state["spoken"], title, state["drafts"])
    findings = await asyncio.to_thread(judging.judge, version, records, state["pages"])
    return {
        "version": version.model_dump(),
        "findings": [finding.model_dump() for finding in findings],
        "quality": judging.quality(version, findings),
        "status": "passed" if judging.is_safe(findings) else "flagged",
    }


async def repair(state: State) -> Update:
    """Another round of repair begins."""
    return {"rounds": state["rounds"] + 1}


async def human_review(state: State) -> Update:
    """Wait until a person has decided; what was edited is held against the guideline again."""
    version = PatientVersion.model_validate(state["version"])
    records = GuidelineRecords.model_validate(state["records"])
    findings = [Finding.model_validate(finding) for finding in state["findings"]]
    items = reviewing.shown(version, records, findings)
    emit(ReviewWanted(subject="version", items=tuple(items)))
    problems: list[str] = []
    while True:
        answer: object = interrupt({"subject": "version", "items": items, "problems": problems})
        verdict, problems = reviewing.read_verdict(answer, version)
        if verdict is not None:
            break
    version = reviewing.edited(version, verdict)
    findings = await asyncio.to_thread(judging.judge, version, records, state["pages"])
    return {
        "version": version.model_dump(),
        "findings": [finding.model_dump() for finding in findings],
        "quality": {
            **judging.quality(version, findings),
            "review": {"reviewer": verdict.reviewer, "decision": verdict.decision, "notes": verdict.notes},
        },
        "status": "approved" if verdict.decision == "approve" else "rejected",
    }


async def performance_monitor(state: State) -> Update:
    """Write the files, and say what each node took."""
    files, right_pvg = await release(state)
    return {
        "mode": "model" if state["model"] else "offline",
        "files": files,
        "quality": {**state["quality"], "right_pvg": right_pvg},
        "performance": Overwrite(summed(state["performance"])),
    }


def _count(stage: str, total: int) -> Meter:
    return Meter(stage=stage, total=total, unit="questions")


def findings_of(state: State) -> Sequence[Finding]:
    """What the gates found, as it lies in the state."""
    return [Finding.model_validate(finding) for finding in state["findings"]]


def data_of(state: State, section: str, records: GuidelineRecords) -> dict[str, Any]:
    """What the writer of a section is shown."""
    template = find_template(state["settings"]["template"])
    plan = next(one for one in template.sections if one.id == section)
    ids = {one.id for one in records.recommendations}
    notes = [
        f"{one['record']}, {one['field']}: {one['problem']}"
        for one in state["objections"]
        if one["record"] in ids
    ]
    return writing.draft_data(plan, state["spoken"], records, notes)
