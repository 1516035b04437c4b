"""The nodes that judge, repair and release the version. Work of the CPU runs in threads."""

import asyncio
from typing import Any

from langgraph.types import Overwrite, interrupt

from graphs.guideline import judging, reviewing, writing
from graphs.guideline.measuring import summed
from graphs.guideline.opinions import sections_to_judge
from graphs.guideline.releasing import release, release_translation
from graphs.guideline.repairing import will_repair
from graphs.guideline.stages import begin, end
from graphs.guideline.state import State, Update
from graphs.progress import ReviewWanted, emit
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.templates import template_of
from tools.medical.version import PatientVersion


async def quality_controller(state: State) -> Update:
    """Put the version together, and hold it against the guideline."""
    if not state["rounds"] and not state["opinions"]:
        end("progressive_writing", state["plan"]["parts"])
        begin("quality_controller")
    template = template_of(state["settings"])
    records = GuidelineRecords.model_validate(state["records"])
    title = state["guideline"]["title"]
    version = writing.assemble(template, state["spoken"], title, state["drafts"])
    opinions = state["opinions"]
    findings = await asyncio.to_thread(judging.judge, version, records, state["pages"], opinions)
    update: Update = {
        "version": version.model_dump(),
        "findings": [finding.model_dump() for finding in findings],
        "quality": judging.quality(version, findings, state["plan"]["judge"], opinions),
        "status": "passed" if judging.is_safe(findings) else "flagged",
    }
    judged: Any = {**state, **update}
    if not will_repair(judged) and not sections_to_judge(judged):
        end("quality_controller")
    return update


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
    sentences = [sentence.model_dump() for sentence in version.sentences()]
    problems: list[str] = []
    while True:
        answer: object = interrupt(
            {"subject": "version", "items": items, "sentences": sentences, "problems": problems}
        )
        verdict, problems = reviewing.read_verdict(answer, version)
        if verdict is not None:
            break
    version = reviewing.edited(version, verdict)
    opinions = state["opinions"]
    findings = await asyncio.to_thread(judging.judge, version, records, state["pages"], opinions)
    return {
        "version": version.model_dump(),
        "findings": [finding.model_dump() for finding in findings],
        "quality": {
            **judging.quality(version, findings, state["plan"]["judge"], opinions),
            "review": {"reviewer": verdict.reviewer, "decision": verdict.decision, "notes": verdict.notes},
        },
        "status": "approved" if verdict.decision == "approve" else "rejected",
        "deadline": None,  # it has passed while the person took their time
    }


async def performance_monitor(state: State) -> Update:
    """Write the files, and say what each node took."""
    begin("performance_monitor")
    files, checklists = await release(state)
    translation = await release_translation(state)
    end("performance_monitor")
    return {
        "mode": "model" if state["model"] else "offline",
        "files": files,
        "translation": translation,
        "quality": {**state["quality"], **checklists},
        "performance": Overwrite(summed(state["performance"])),
    }
