"""A book's script: made, read and changed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from server.api.deps import Open
from server.api.jobs.books import board, texts
from server.api.jobs.books.book import line_json, pagination, task_json
from server.api.jobs.books.books import Page
from server.api.jobs.books.envelope import FAILURES, EnvelopeRoute, success
from tools.audiobook.lines import NARRATOR, Tone
from tools.errors import InvalidInput

router = APIRouter(prefix="/api/books", tags=["audiobooks"], route_class=EnvelopeRoute, responses=FAILURES)

_HINT = "POST script/generate makes it."


class LineChange(BaseModel):
    """How a line is to be said, and by whom."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=200)
    tone: Tone | None = None
    strength: int | None = Field(default=None, ge=0, le=100)
    pauseAfter: float | None = Field(default=None, ge=0, le=60, description="Seconds.")
    characterId: str | None = Field(
        default=None, max_length=200, description="Who says its quotation; narrator for nobody."
    )


class ScriptChange(BaseModel):
    """Changes of several lines: all or none."""

    model_config = ConfigDict(extra="forbid")

    lines: list[LineChange] = Field(min_length=1, max_length=10_000)


@router.post("/{book_id}/script/generate", status_code=202)
async def generate_script(book_id: str, resources: Open) -> Response:
    """Write the script and cast it; the people are recognised first, where that has not been done."""
    run = await board.begin(resources, await board.find(resources, book_id), until="cast")
    return success(task_json(run, None), status=202)


@router.get("/{book_id}/script/generate")
async def script_status(book_id: str, resources: Open) -> Response:
    """How far that is."""
    book = await board.find(resources, book_id)
    return success(task_json(*await board.latest(resources, book, "script", "cast")))


@router.get("/{book_id}/script")
async def get_script(
    book_id: str,
    resources: Open,
    page: Page = 1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    chapter: Annotated[int | None, Query(alias="chapterId", ge=0)] = None,
    character: Annotated[str | None, Query(alias="characterId", max_length=200)] = None,
    tone: Tone | None = None,
) -> Response:
    """The lines, a page at a time; all of them, joined, are the text."""
    values = await board.result_of(resources, await board.find(resources, book_id))
    found = [
        (order, line)
        for order, line in enumerate(board.told(values, "lines", _HINT))
        if chapter in (None, line["chapter"])
        and character in (None, line["speaker_id"] or NARRATOR)
        and tone in (None, line["tone"])
    ]
    first = (page - 1) * limit
    lines = await _shown(resources, book_id, values, found[first : first + limit])
    return success(
        {
            "lines": lines,
            "pagination": pagination(len(found), page, limit),
            "estimate": values.get("estimate"),
        }
    )


@router.put("/{book_id}/script")
async def change_script(book_id: str, body: ScriptChange, resources: Open) -> Response:
    """Change lines; that holds for later tasks. Sound that no longer fits is made anew by the next one."""
    book = await board.find(resources, book_id)
    values = await board.result_of(resources, book)
    known = {line["id"]: line for line in board.told(values, "lines", _HINT)}
    edits = _edits(body, known)
    values = await board.edit(resources, book, edits)
    changed = {change.id for change in body.lines}
    found = [(order, line) for order, line in enumerate(values["lines"]) if line["id"] in changed]
    return success({"lines": await _shown(resources, book_id, values, found)})


def _edits(body: ScriptChange, known: dict[str, Any]) -> list[dict[str, Any]]:
    edits: list[dict[str, Any]] = []
    for change in body.lines:
        line = known.get(change.id)
        if line is None:
            raise InvalidInput(f"lines: there is no line {change.id[:60]!r}", code="unknown_line")
        manner = {
            "tone": change.tone,
            "strength": change.strength,
            "pause_ms": None if change.pauseAfter is None else round(change.pauseAfter * 1000),
        }
        given = {name: value for name, value in manner.items() if value is not None}
        if given:
            edits.append({"op": "say", "lines": [change.id], **given})
        if change.characterId is not None:
            if line["quote_id"] is None:
                raise InvalidInput(
                    f"characterId: line {change.id!r} is the narrator's, and no quotation",
                    code="no_quotation",
                )
            speaker = None if change.characterId == NARRATOR else change.characterId
            edits.append({"op": "assign", "quotes": [line["quote_id"]], "speaker_id": speaker})
    if not edits:
        hint = "Give tone, strength, pauseAfter or characterId."
        raise InvalidInput("lines: nothing is changed", hint=hint, code="nothing_to_edit")
    return edits


async def _shown(
    resources: Open, book_id: str, values: dict[str, Any], lines: list[tuple[int, Any]]
) -> list[dict[str, Any]]:
    text = await texts.stored(resources, values["text_file_id"])
    return [line_json(line, order, text[line["start"] : line["end"]], book_id) for order, line in lines]
