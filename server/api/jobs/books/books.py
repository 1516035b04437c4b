"""Books: made, listed, named, given a text, cut into chapters and segments."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from server.api.deps import Open
from server.api.jobs.books import board, texts
from server.api.jobs.books.book import KEY, book_json, pagination
from server.api.jobs.books.envelope import FAILURES, EnvelopeRoute, FormRoute, success
from server.files import ownership
from tools.errors import BadRequest, Conflict, NotFound
from tools.text.language import Language

router = APIRouter(prefix="/api/books", tags=["audiobooks"], route_class=EnvelopeRoute, responses=FAILURES)
forms = APIRouter(prefix="/api/books", tags=["audiobooks"], route_class=FormRoute, responses=FAILURES)

Page = Annotated[int, Query(ge=1, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=100)]
_SEGMENT = 1000  # characters, as the old route had it
_PREVIEW = 200


FileId = Annotated[str, Field(min_length=1, max_length=200)]


class NewBook(BaseModel):
    """A book without a text."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    author: str = Field(default="", max_length=100)
    language: Language | None = Field(default=None, description="Detected when not given.")
    coverFileId: FileId | None = Field(default=None, description="A stored PNG or JPEG; else one is made.")


class BookChange(BaseModel):
    """What is told of a book."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, min_length=1, max_length=200)
    author: str | None = Field(default=None, max_length=100)
    coverFileId: FileId | None = Field(default=None, description="null: one is made.")


class Processing(BaseModel):
    """How a text is cut into segments."""

    model_config = ConfigDict(extra="forbid")

    maxSegmentLength: int = Field(default=_SEGMENT, ge=50, le=10_000)


class ProcessRequest(BaseModel):
    """What is to be done with the text."""

    model_config = ConfigDict(extra="forbid")

    options: Processing = Processing()


_AS_USUAL = ProcessRequest()


@router.get("")
async def list_books(resources: Open, page: Page = 1, limit: Limit = 10) -> Response:
    """One's books, the newest first."""
    found, total = await board.search(resources, limit=limit, offset=(page - 1) * limit)
    data = {"books": [book_json(*book) for book in found], "pagination": pagination(total, page, limit)}
    return success(data)


@router.post("", status_code=201)
async def add_book(body: NewBook, resources: Open) -> Response:
    """A new book."""
    return success(book_json(*await board.add(resources, **body.model_dump())), status=201)


@router.get("/{book_id}")
async def get_book(book_id: str, resources: Open) -> Response:
    """A book, and how much of it there is."""
    book = await board.find(resources, book_id)
    state = await resources.states.snapshot(book[0])
    values: dict[str, Any] = state.values if state is not None else {}
    audio: dict[str, Any] | None = values.get("audio")
    stats = {
        "charactersCount": len(values.get("characters") or ()),
        "chaptersCount": len(values.get("chapters") or ()),
        "scriptsCount": len(values.get("lines") or ()),
        "audioFilesCount": len(audio["chapters"]) if audio else 0,
    }
    return success(book_json(*book, stats=stats))


@router.put("/{book_id}")
async def change_book(book_id: str, body: BookChange, resources: Open) -> Response:
    """Another title or author."""
    book = await board.find(resources, book_id)
    given = body.model_dump(exclude_unset=True)
    changes = {name: value for name, value in given.items() if value is not None or name == "coverFileId"}
    return success(book_json(*await board.change(resources, book, **changes)))


@router.delete("/{book_id}")
async def delete_book(book_id: str, resources: Open) -> Response:
    """Remove a book with all that was made of it; its task is stopped."""
    book = await board.find(resources, book_id)
    thread, _ = book
    await resources.threads.delete(thread.thread_id)
    await _forget_file(resources, book)
    return success({"id": thread.thread_id, "deleted": True})


@forms.post("/{book_id}/upload", status_code=201)
async def upload_text(book_id: str, request: Request, resources: Open) -> Response:
    """The book's text: txt, md, epub or docx, as the form's ``file``, until something is made of it."""
    book = await board.find(resources, book_id)
    if book[1] is not None:
        raise Conflict(
            "Something was made of this book's text already.",
            hint="Add another book for another text.",
            code="book_in_use",
        )
    file = await texts.receive(request, resources)
    try:
        reading = await texts.read(resources, file.file_id, book[0].meta[KEY].get("language"))
    except BaseException:
        await resources.files.remove(file.file_id)
        raise
    await _forget_file(resources, book)
    kept = {"file_id": file.file_id, "name": file.name, "size": file.size}
    thread, _ = await board.change(resources, book, file=kept, processed=None)
    return success(
        {
            "id": thread.thread_id,
            "originalFilename": file.name,
            "size": file.size,
            "uploadedAt": file.created_at.isoformat(),
            "contentPreview": reading.text[:_PREVIEW],
        },
        status=201,
    )


@router.get("/{book_id}/upload")
async def get_upload(book_id: str, resources: Open) -> Response:
    """Whether there is a text."""
    thread, run = await board.find(resources, book_id)
    file: dict[str, Any] | None = thread.meta[KEY]["file"]
    known = book_json(thread, run)
    return success(
        {"hasUpload": file is not None, "filename": (file or {}).get("name"), "status": known["status"]}
    )


@router.post("/{book_id}/process")
async def process_text(book_id: str, resources: Open, body: ProcessRequest = _AS_USUAL) -> Response:
    """Find chapters and segments. It can be asked again: they follow from the text."""
    book = await board.find(resources, book_id)
    reading = await _reading(resources, book)
    segments = reading.segments(body.options.maxSegmentLength)
    kept = reading.statistics(segments) | {"maxSegmentLength": body.options.maxSegmentLength}
    book = await board.change(resources, book, processed=kept)
    return success({"book": book_json(*book), "chapters": reading.chapters, "statistics": kept})


@router.get("/{book_id}/process")
async def get_processing(book_id: str, resources: Open) -> Response:
    """What was found, in numbers."""
    thread, run = await board.find(resources, book_id)
    status = book_json(thread, run)["status"]
    return success({"status": status, "statistics": thread.meta[KEY]["processed"]})


@router.get("/{book_id}/chapters")
async def list_chapters(book_id: str, resources: Open) -> Response:
    """The chapters; they tile the text."""
    reading = await _reading(resources, await board.find(resources, book_id))
    return success({"chapters": reading.chapters})


@router.get("/{book_id}/segments")
async def list_segments(
    book_id: str,
    resources: Open,
    page: Page = 1,
    limit: Limit = 20,
    chapter: Annotated[int | None, Query(alias="chapterId", ge=0)] = None,
    search: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Stretches of the text, a page at a time."""
    book = await board.find(resources, book_id)
    reading = await _reading(resources, book)
    processed: dict[str, Any] = book[0].meta[KEY]["processed"] or {}
    found = [
        segment
        for segment in reading.segments(processed.get("maxSegmentLength", _SEGMENT))
        if chapter in (None, segment["chapterId"]) and search in segment["content"]
    ]
    first = (page - 1) * limit
    return success(
        {"segments": found[first : first + limit], "pagination": pagination(len(found), page, limit)}
    )


async def _forget_file(resources: Open, book: board.Book) -> None:
    """Remove the text that was uploaded, if there is one and nobody has done so."""
    file: dict[str, Any] | None = book[0].meta[KEY]["file"]
    if file is not None:
        with suppress(NotFound):
            await resources.files.remove(file["file_id"], owner=ownership.reader())


async def _reading(resources: Open, book: board.Book) -> texts.Reading:
    own: dict[str, Any] = book[0].meta[KEY]
    if own["file"] is None:
        raise BadRequest("The book has no text.", hint="Upload a file first.", code="no_text")
    return await texts.read(resources, own["file"]["file_id"], own.get("language"))
