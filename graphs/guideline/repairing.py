"""Which parts of a version are written anew, and with what said against them."""

from typing import Any

from graphs.guideline import writing
from graphs.guideline.state import State
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.templates import template_of
from tools.medical.version import PatientVersion


def findings_of(state: State) -> list[Finding]:
    """What the gates found, as it lies in the state."""
    return [Finding.model_validate(finding) for finding in state["findings"]]


def data_of(state: State, section: str, records: GuidelineRecords) -> dict[str, Any]:
    """What the writer of a section is shown."""
    template = template_of(state["settings"])
    plan = next(one for one in template.sections if one.id == section)
    ids = {one.id for one in records.recommendations}
    notes = [
        f"{one['record']}, {one['field']}: {one['problem']}"
        for one in state["objections"]
        if one["record"] in ids
    ]
    return writing.draft_data(plan, state["spoken"], records, notes)


def will_repair(state: State) -> bool:
    """Whether there is something to repair, and a round left."""
    settings = state["settings"]
    rounds = settings["max_repairs"] if settings["enable_quality_control"] and state["model"] else 0
    return state["rounds"] < rounds and bool(parts_to_repair(state))


def parts_to_repair(state: State) -> list[dict[str, Any]]:
    """The parts of sections that a finding is about, each with what its writer is shown."""
    findings = [finding for finding in findings_of(state) if finding.gate != "citation" or finding.sentence]
    version = PatientVersion.model_validate(state["version"])
    template = template_of(state["settings"])
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
