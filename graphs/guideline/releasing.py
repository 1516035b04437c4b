"""The files of a finished version."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from graphs import translation_files
from graphs.guideline.picturing import described, pictures
from graphs.guideline.repairing import findings_of
from graphs.guideline.state import State, Status
from graphs.guideline.translating import translated_version
from graphs.translation_files import Source
from tools.medical import pemat, right_pvg
from tools.medical.booklet import Booklet, Origin, make_booklet
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.rendering import RENDERERS
from tools.medical.templates import template_of
from tools.medical.version import PatientVersion

Files = dict[str, dict[str, Any]]


async def _booklet(
    state: State, version: PatientVersion, status: Status, findings: Sequence[Finding]
) -> Booklet:
    """A version with all that belongs to it."""
    images = await pictures(state["figures"])
    return await asyncio.to_thread(_bound, state, version, status, findings, images)


def _bound(
    state: State,
    version: PatientVersion,
    status: Status,
    findings: Sequence[Finding],
    images: Mapping[str, bytes],
) -> Booklet:
    origin = Origin(
        name=state["guideline"]["name"],
        title=state["guideline"]["title"],
        pages=state["guideline"]["pages"],
        status=status,
        is_offline=state["model"] is None,
        open_findings=[finding.message for finding in findings if finding.is_safety],
        reviewer=state["quality"].get("review", {}).get("reviewer", ""),
        page_texts=list(state["pages"]),
    )
    records = GuidelineRecords.model_validate(state["records"])
    figures = [
        {**figure, "picture": images.get(figure["id"]), "described": list(described(figure))}
        for figure in state["figures"]
    ]
    return make_booklet(version, records, origin, figures)


async def release(state: State) -> tuple[Files, dict[str, Any]]:
    """Write the version in every format; returns the files, and how the booklet does by its checklists."""
    version = PatientVersion.model_validate(state["version"])
    booklet = await _booklet(state, version, state["status"], findings_of(state))
    return await _written(state, booklet), {
        "right_pvg": dict(right_pvg.report(booklet)),
        "checklists": pemat.report(booklet),
    }


async def release_translation(state: State) -> dict[str, Any] | None:
    """Write the translation, where one was wanted; it is flagged where the version or its own gates are."""
    target = state["settings"]["translate_to"]
    if not state["translated"] or target is None:
        return None
    version = PatientVersion.model_validate(state["version"])
    template = template_of(state["settings"])
    made, findings = translated_version(version, state["translated"], template, target)
    status: Status = "flagged" if findings else state["status"]
    booklet = await _booklet(state, made, status, findings or findings_of(state))
    return {
        "language": target,
        "status": status,
        "version": made.model_dump(),
        "findings": [finding.model_dump() for finding in findings],
        "files": await _written(state, booklet),
    }


async def _written(state: State, booklet: Booklet) -> Files:
    files: Files = {}
    label = "pvg" if booklet.language == state["spoken"] else f"pvg.{booklet.language}"
    for suffix, (media_type, render) in RENDERERS.items():
        data = await asyncio.to_thread(render, booklet)
        name = f"{state['guideline']['name']}.{suffix}"
        source = Source(text=None, file_id=state["source"]["file_id"], name=name)
        kept = await translation_files.keep(source, data, label=label, media_type=media_type)
        files[suffix] = kept.summary()
        if suffix in ("md", "html") and kept.file_id is None:
            files[suffix]["text"] = data.decode()
    return files
