"""Where the guideline graph goes next."""

from typing import Any

from langgraph.types import Send

from graphs.guideline import extraction, writing
from graphs.guideline.nodes import data_of, findings_of
from graphs.guideline.state import State, Task
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.templates import find_template
from tools.medical.version import PatientVersion


def to_extraction(state: State) -> list[Send] | str:
    """A question for every batch of blocks; none without a model."""
    if state["model"] is None:
        return "knowledge_extraction"
    found = extraction.batches(state["blocks"])
    return _sent("extract_batch", state, "extract", [{"blocks": blocks} for blocks in found])


def to_reviewers(state: State) -> list[Send] | str:
    """A question for every specialist, with all records."""
    records = state["records"]["recommendations"]
    if state["model"] is None or not records or not state["plan"]["reviewers"]:
        return "reviewed"
    sections = {record["section"] for record in records}
    blocks = [
        block for block in state["blocks"] if block["section"] in sections and block["kind"] != "heading"
    ]
    material = {
        "records": records,
        "blocks": [{key: block[key] for key in ("id", "section", "text")} for block in blocks],
    }
    roles = state["plan"]["reviewers"]
    return _sent(
        "specialist_review", state, "review", [{"role": role, "material": material} for role in roles]
    )


def to_writers(state: State) -> list[Send] | str:
    """The sections of the next priority, until all are written."""
    if state["model"] is None:
        return "extract_section" if state["wave"] == 0 else "quality_controller"
    waves = state["plan"]["waves"]
    if state["wave"] >= len(waves):
        return "quality_controller"
    template = find_template(state["settings"]["template"])
    records = GuidelineRecords.model_validate(state["records"])
    tasks = [
        {**task, "shown": data_of(state, task["section"], GuidelineRecords.model_validate(task["records"]))}
        for task in writing.writing_tasks(template, waves[state["wave"]], records)
    ]
    return _sent("write_section", state, "write", tasks) or "progressive_writing"


def after_quality(state: State) -> str:
    """To repair while there are rounds left, then to a person, then out."""
    settings = state["settings"]
    repairs = settings["max_repairs"] if settings["enable_quality_control"] and state["model"] else 0
    if _parts_to_repair(state) and state["rounds"] < repairs:
        return "repair"
    if state["status"] == "flagged" and settings["review"]:
        return "human_review"
    return "performance_monitor"


def to_repairs(state: State) -> list[Send] | str:
    """A question for every part of a section that a finding is about."""
    return _sent("write_section", state, "write", _parts_to_repair(state)) or "quality_controller"


def _parts_to_repair(state: State) -> list[dict[str, Any]]:
    findings = [finding for finding in findings_of(state) if finding.gate != "citation" or finding.sentence]
    version = PatientVersion.model_validate(state["version"])
    template = find_template(state["settings"]["template"])
    all_records = GuidelineRecords.model_validate(state["records"])
    parts: list[dict[str, Any]] = []
    for wave in state["plan"]["waves"]:
        for task in writing.writing_tasks(template, wave, all_records):
            records = GuidelineRecords.model_validate(task["records"])
            section = next((one for one in version.sections if one.id == task["section"]), None)
            sentences = writing.of_part(section, task["part"]) if section else []
            about = _about(findings, records, {sentence.id for sentence in sentences}, task["section"])
            if about:
                shown = data_of(state, task["section"], records)
                parts.append({**task, "shown": writing.repair_data(shown, sentences, about)})
    return parts


def _about(
    findings: list[Finding], records: GuidelineRecords, sentences: set[str], section: str
) -> list[Finding]:
    known = records.sources().keys()
    return [
        finding
        for finding in findings
        if finding.sentence in sentences
        or finding.source == section
        or (not finding.sentence and finding.source in known)
    ]


def _sent(node: str, state: State, part: str, all_data: list[dict[str, Any]]) -> list[Send]:
    return [
        Send(
            node,
            Task(
                number=number,
                of=len(all_data),
                run=f"{state['run']}:{state.get('wave', 0)}:{state.get('rounds', 0)}",
                language=state["spoken"],
                role=state["plan"]["roles"][part],
                caching=state["settings"]["enable_caching"],
                data=data,
            ),
        )
        for number, data in enumerate(all_data)
    ]
