"""What people changed about a book: made, listed, taken back. Every change is an edit of its history."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from graphs.characters.edits import Name
from graphs.characters.wishes import Id
from server.api.deps import Open
from server.api.jobs.books import board
from server.api.jobs.books.book import one_character
from server.api.jobs.books.envelope import FAILURES, EnvelopeRoute, success

router = APIRouter(prefix="/api/books", tags=["audiobooks"], route_class=EnvelopeRoute, responses=FAILURES)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Edits(_Body):
    """Edits, as the graph has them: all are made, or none."""

    edits: list[dict[str, Any]] = Field(min_length=1, max_length=10_000)


class Named(_Body):
    """An edit of the history; none is the last one."""

    edit: Annotated[str, Field(pattern="^e[0-9]{1,6}$")] | None = None


_THE_LAST = Named()


class Merging(_Body):
    """Who turns out to be whom."""

    sourceId: Id = Field(description="Who is no person of its own.")
    targetId: Id = Field(description="Who stays, with its id and name.")


class Splitting(_Body):
    """Which of a character's names, and quotations, are another one's."""

    names: list[Name] = Field(min_length=1, max_length=1000)
    quotes: list[Id] = Field(default=[], max_length=100_000)
    name: Name | None = None


@router.get("/{book_id}/edits")
async def list_edits(book_id: str, resources: Open) -> Response:
    """All edits in order, those that were taken back too; and about whom there is doubt."""
    values = await board.result_of(resources, await board.find(resources, book_id))
    return success(_history(values))


@router.post("/{book_id}/edits")
async def make_edits(book_id: str, body: Edits, resources: Open) -> Response:
    """Make edits of any kind."""
    return success(_history(await _edited(resources, book_id, *body.edits)))


@router.post("/{book_id}/edits/undo")
async def undo_edit(book_id: str, resources: Open, body: Named = _THE_LAST) -> Response:
    """Take an edit back."""
    return success(_history(await _edited(resources, book_id, {"op": "undo", "edit": body.edit})))


@router.post("/{book_id}/edits/redo")
async def redo_edit(book_id: str, resources: Open, body: Named = _THE_LAST) -> Response:
    """Make an edit again that was taken back."""
    return success(_history(await _edited(resources, book_id, {"op": "redo", "edit": body.edit})))


@router.post("/{book_id}/characters/merge")
async def merge_characters(book_id: str, body: Merging, resources: Open) -> Response:
    """Make two characters one."""
    book = await board.find(resources, book_id)
    before = await board.result_of(resources, book)
    source = one_character(before, body.sourceId)
    one_character(before, body.targetId)
    edit = {"op": "merge", "id": body.targetId, "ids": [body.sourceId]}
    values = await board.edit(resources, book, [edit])
    return success(
        {
            "mergedCharacter": one_character(values, body.targetId),
            "sentencesUpdated": source["quotes"],
            "aliasesMerged": [source["canonicalName"], *source["aliases"]],
        }
    )


@router.post("/{book_id}/characters/{character_id}/split")
async def split_character(book_id: str, character_id: str, body: Splitting, resources: Open) -> Response:
    """Make two characters of one."""
    book = await board.find(resources, book_id)
    one_character(await board.result_of(resources, book), character_id)
    edit = {"op": "split", "id": character_id, **body.model_dump(exclude_none=True)}
    values = await board.edit(resources, book, [edit])
    made = values["history"][-1]["id"]
    return success(
        {"character": one_character(values, character_id), "newCharacter": one_character(values, made)}
    )


async def _edited(resources: Open, book_id: str, *edits: Mapping[str, Any]) -> dict[str, Any]:
    return await board.edit(resources, await board.find(resources, book_id), edits)


def _history(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"edits": values["history"], "unsure": values["unsure"]}
