"""The files of a finished version."""

import asyncio
from typing import Any

from graphs import translation_files
from graphs.guideline.state import State
from tools.medical import right_pvg
from tools.medical.booklet import Booklet, Origin, make_booklet
from tools.medical.records import GuidelineRecords
from tools.medical.rendering import RENDERERS
from tools.medical.version import PatientVersion


def booklet_of(state: State) -> Booklet:
    """The version with all that belongs to it."""
    findings = [finding for finding in state["findings"] if finding["is_safety"]]
    origin = Origin(
        name=state["guideline"]["name"],
        title=state["guideline"]["title"],
        pages=state["guideline"]["pages"],
        status=state["status"],
        is_offline=state["model"] is None,
        open_findings=[finding["message"] for finding in findings],
        reviewer=state["quality"].get("review", {}).get("reviewer", ""),
        text="\n".join(state["pages"]),
    )
    version = PatientVersion.model_validate(state["version"])
    records = GuidelineRecords.model_validate(state["records"])
    return make_booklet(version, records, origin, state["figures"])


async def release(state: State) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Write the version in every format; returns the files, and the report on RIGHT-PVG's items."""
    booklet = await asyncio.to_thread(booklet_of, state)
    files: dict[str, dict[str, Any]] = {}
    for suffix, (media_type, render) in RENDERERS.items():
        data = await asyncio.to_thread(render, booklet)
        source = {**state["source"], "text": None, "name": f"{state['guideline']['name']}.{suffix}"}
        kept = await translation_files.keep(source, data, label="pvg", media_type=media_type)  # type: ignore[arg-type]
        files[suffix] = kept.summary()
        if suffix in ("md", "html") and kept.file_id is None:
            files[suffix]["text"] = data.decode()
    return files, dict(right_pvg.report(booklet))
