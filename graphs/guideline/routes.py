"""Where the guideline graph goes next."""

from typing import Any

from langgraph.types import Send

from graphs.guideline import extraction, writing
from graphs.guideline.opinions import sections_to_judge
from graphs.guideline.repairing import data_of, parts_to_repair, will_repair
from graphs.guideline.state import State, Task
from tools.medical.records import GuidelineRecords
from tools.medical.templates import template_of


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
    template = template_of(state["settings"])
    records = GuidelineRecords.model_validate(state["records"])
    tasks = [
        {**task, "shown": data_of(state, task["section"], GuidelineRecords.model_validate(task["records"]))}
        for task in writing.writing_tasks(template, waves[state["wave"]], records)
    ]
    return _sent("write_section", state, "write", tasks, state["plan"]["parts"]) or "progressive_writing"


def after_quality(state: State) -> list[Send] | str:
    """To repair while there are rounds left and to the judge, then to a person, then out.

    What the gates refuse is not worth a judge's time: it is written anew first.
    """
    is_repaired = will_repair(state)
    if is_repaired and state["status"] == "flagged":
        return "repair"
    if tasks := sections_to_judge(state):
        return _sent("judge_section", state, "judge", tasks)
    if is_repaired:
        return "repair"
    if state["status"] == "flagged" and state["settings"]["review"]:
        return "human_review"
    return to_translation(state)


def to_translation(state: State) -> list[Send] | str:
    """A question for every section of the finished version, where it is wanted in another language."""
    target = state["settings"]["translate_to"]
    if state["model"] is None or target in (None, state["spoken"]) or state["status"] == "rejected":
        return "performance_monitor"
    sections = [section for section in state["version"]["sections"] if section["sentences"]]
    tasks = [{"section": section, "target": target} for section in sections]
    return _sent("translate_section", state, "write", tasks) or "performance_monitor"


def to_repairs(state: State) -> list[Send] | str:
    """A question for every part of a section that a finding is about."""
    return _sent("write_section", state, "write", parts_to_repair(state)) or "quality_controller"


def _sent(
    node: str, state: State, part: str, all_data: list[dict[str, Any]], of: int | None = None
) -> list[Send]:
    return [
        Send(
            node,
            Task(
                number=number,
                of=of or len(all_data),
                run=state["run"],
                language=state["spoken"],
                role=state["plan"]["roles"][part],
                caching=state["settings"]["enable_caching"],
                settings=state["settings"],
                deadline=state["deadline"],
                data=data,
            ),
        )
        for number, data in enumerate(all_data)
    ]
