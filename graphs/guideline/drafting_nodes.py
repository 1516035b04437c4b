"""The nodes that extract, review, write and judge. Work of the CPU runs in threads."""

import asyncio

from graphs.guideline import extraction, writing
from graphs.guideline.asking import ask_task
from graphs.guideline.opinions import ask_judge, opinions_of
from graphs.guideline.questions import ask_draft, ask_extraction, ask_review
from graphs.guideline.rules import by_rules
from graphs.guideline.stages import begin, end
from graphs.guideline.state import State, Task, Update
from graphs.guideline.translating import ask_translation
from graphs.notes import Note
from graphs.progress import WarningRaised, emit
from tools.medical.records import GuidelineRecords
from tools.medical.templates import template_of
from tools.medical.version import VersionSection


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
        records = await asyncio.to_thread(by_rules, state["blocks"], state["spoken"])
    end("knowledge_extraction", state["plan"]["questions"])
    notes: list[Note] = []
    if not records.recommendations:
        message = "No recommendation was found: this may be no guideline, or its wording is unusual."
        notes = [Note(code="no_recommendations", message=message)]
        emit(WarningRaised(code="no_recommendations", message=message))
    begin("specialist_review", len(state["plan"]["reviewers"]))
    return {"records": records.model_dump(), "warnings": notes}


async def specialist_review(state: Task) -> Update:
    """Have one specialist look over the records."""
    question = ask_review(state["language"], state["data"]["role"], state["data"]["material"])
    value, notes = await ask_task("specialist_review", state, question)
    objections = [] if value is None else value.objections
    told = [{"role": state["data"]["role"], **objection.model_dump()} for objection in objections]
    return {"objections": told, "warnings": notes}


async def reviewed(state: State) -> Update:
    """Every specialist has looked: how much there is to write is known now."""
    template, records = template_of(state["settings"]), GuidelineRecords.model_validate(state["records"])
    parts = sum(len(list(writing.writing_tasks(template, wave, records))) for wave in state["plan"]["waves"])
    end("specialist_review", len(state["plan"]["reviewers"]))
    begin("progressive_writing", parts)
    return {"plan": {**state["plan"], "parts": parts}}


async def write_section(state: Task) -> Update:
    """Have the model write a part of a section, or write it anew with what was wrong."""
    given = state["data"]
    records = GuidelineRecords.model_validate(given["records"])
    question = ask_draft(state["language"], given["shown"], records)
    is_repair = "previous" in given["shown"]
    value, notes = await ask_task("progressive_writing", state, question, is_counted=not is_repair)
    draft = (
        [{"section": given["section"], "part": given["part"], "value": value.model_dump()}] if value else []
    )
    return {"drafts": draft, "warnings": notes}


async def extract_section(state: State) -> Update:
    """Without a model: the guideline's own words, section by section."""
    template = template_of(state["settings"])
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


async def judge_section(state: Task) -> Update:
    """Have the judge say what is wrong with sentences of a section that it has not seen yet."""
    section = VersionSection.model_validate(state["data"]["judged"])
    question = ask_judge(state["language"], section, state["data"]["passages"])
    value, notes = await ask_task("quality_controller", state, question, is_counted=False)
    return {"opinions": opinions_of(section, value), "warnings": notes}


async def translate_section(state: Task) -> Update:
    """Have the model put a section of the finished version into the other language."""
    section = VersionSection.model_validate(state["data"]["section"])
    question = ask_translation(section, state["language"], state["data"]["target"])
    value, notes = await ask_task("translation", state, question, is_counted=False)
    return {"translated": [value.model_dump()] if value else [], "warnings": notes}
