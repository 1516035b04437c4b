"""What a guideline shows in tables and pictures: as data, and as pictures in the storage."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from graphs import translation_files
from graphs.guideline.state import State
from graphs.translation_files import Source
from tools.documents.figures import Figure
from tools.documents.pictures import picture_of
from tools.storage import base as storage


def shown(state: State) -> list[dict[str, Any]]:
    """Tables and figures in their order, each as data: rows; or caption, steps and arrows."""
    tables = [
        {
            "kind": "table",
            **{key: block[key] for key in ("id", "page", "section", "rows")},
            "caption": "",
            "place": block.get("place"),
            "part": "",
        }
        for block in state["blocks"]
        if block["kind"] == "table" and block.get("rows")
    ]
    drawn = [
        {
            "kind": "algorithm" if figure["steps"] else "picture",
            "id": f"f{number}",
            **{
                key: figure[key] for key in ("page", "section", "caption", "steps", "arrows", "place", "part")
            },
        }
        for number, figure in enumerate(state["drawings"], start=1)
    ]
    return sorted([*tables, *drawn], key=lambda one: one["page"])


async def pictured(state: State) -> list[dict[str, Any]]:
    """The same with the id of a stored picture of each; what is a picture alone is left out without one."""
    found = shown(state)
    source = state["source"]
    if source["file_id"] is None or storage.bound() is None:
        return [_told(one, None) for one in found if one["kind"] != "picture"]
    data, _ = await translation_files.read(source)
    figures: list[dict[str, Any]] = []
    for one in found:
        png = await asyncio.to_thread(picture_of, data, _figure(one)) if one["place"] or one["part"] else None
        if png is None:
            figures += [_told(one, None)] if one["kind"] != "picture" else []
            continue
        name = Source(text=None, file_id=source["file_id"], name=f"{source['name']}.png")
        kept = await translation_files.keep(name, png, label=f"pvg.{one['id']}", media_type="image/png")
        figures.append(_told(one, kept.file_id))
    return figures


async def pictures(figures: list[dict[str, Any]]) -> dict[str, bytes]:
    """The stored pictures of figures, by the figures' ids; tables are set as tables."""
    return {
        one["id"]: await storage.current().read(one["file_id"])
        for one in figures
        if one["file_id"] is not None and one["kind"] != "table"
    }


def described(figure: Mapping[str, Any]) -> Iterator[str]:
    """An algorithm in words, an arrow a line."""
    for arrow in figure.get("arrows", ()):
        label = f" ({arrow['label']})" if arrow["label"] else ""
        yield f"{figure['steps'][arrow['start']]}{label} → {figure['steps'][arrow['end']]}"


def _figure(one: Mapping[str, Any]) -> Figure:
    return Figure(page=one["page"], after=0, place=one["place"], part=one["part"])


def _told(one: Mapping[str, Any], file_id: str | None) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key not in ("place", "part")} | {"file_id": file_id}
