"""A book's sound: made, followed, cancelled, heard line by line, downloaded."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from graphs.characters.wishes import Id
from server.api.accounts import files
from server.api.deps import Open
from server.api.jobs.books import board
from server.api.jobs.books.book import audio_json, task_json
from server.api.jobs.books.envelope import FAILURES, EnvelopeRoute, success
from tools.errors import InvalidInput, NotFound

router = APIRouter(prefix="/api/books", tags=["audiobooks"], route_class=EnvelopeRoute, responses=FAILURES)

_HINT = "POST audio/generate makes it; its status says why not."


class AudioOptions(BaseModel):
    """How it is spoken; what is not given is as in the task before, at first 4, 1.0 and true."""

    model_config = ConfigDict(extra="forbid")

    batchSize: int | None = Field(
        default=None, ge=1, le=32, description="Lines that are spoken at the same time."
    )
    speed: float | None = Field(default=None, ge=0.5, le=2.0)
    mp3: bool | None = None


class AudioWish(BaseModel):
    """What is to be spoken: a book, or some of its chapters. What was spoken before is not spoken again."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["book", "chapter"] = "book"
    chapterIds: list[Annotated[int, Field(ge=0)]] = Field(default=[], max_length=10_000)
    scriptSentenceIds: list[Id] = Field(
        default=[], max_length=10_000, description="Lines that are to be spoken anew."
    )
    options: AudioOptions = AudioOptions()

    @model_validator(mode="after")
    def _names_chapters(self) -> "AudioWish":
        if (self.type == "chapter") != bool(self.chapterIds):
            raise ValueError("chapterIds: name at least one with type chapter, and none with type book")
        return self


_BOOK = AudioWish()


@router.post("/{book_id}/audio/generate", status_code=202)
async def generate_audio(book_id: str, resources: Open, body: AudioWish = _BOOK) -> Response:
    """Speak the book; people and script are found first, where that has not been done."""
    wish = body.options
    manner = {"at_once": wish.batchSize, "speed": wish.speed, "mp3": wish.mp3}
    options: dict[str, Any] = {name: value for name, value in manner.items() if value is not None}
    options["chapters"] = body.chapterIds if body.type == "chapter" else []
    book = await board.find(resources, book_id)
    edits = [{"op": "again", "lines": body.scriptSentenceIds}] if body.scriptSentenceIds else []
    if edits:
        await board.check(resources, await board.result_of(resources, book), edits)
    await _check_chapters(resources, book, options["chapters"])
    run = await board.begin(resources, book, until="audio", options=options, edits=edits)
    return success(task_json(run, None), status=202)


async def _check_chapters(resources: Open, book: board.Book, chapters: list[int]) -> None:
    """Refuse chapters that are not there, once it is known which are; until then the task does it."""
    state = await resources.states.snapshot(book[0])
    known: list[Any] = (state.values.get("chapters") if state is not None else None) or []
    missing = sorted(set(chapters) - {chapter["index"] for chapter in known})
    if known and missing:
        raise InvalidInput(
            f"chapterIds: there is no chapter {missing[0]}; the book has {len(known)}, from 0 on",
            hint="GET chapters lists them.",
            code="unknown_chapter",
        )


@router.get("/{book_id}/audio/generate")
async def audio_status(book_id: str, resources: Open) -> Response:
    """How far that is, what it takes, and what could not be spoken."""
    book = await board.find(resources, book_id)
    run, event = await board.latest(resources, book, "audio")
    state = await resources.states.snapshot(book[0])
    values: dict[str, Any] = state.values if state is not None else {}
    failed: list[Any] = values.get("failed_lines", [])
    told: dict[str, Any] = {"estimate": values.get("estimate"), "failedLines": failed}
    return success(task_json(run, event) | told)


@router.delete("/{book_id}/audio/generate")
async def cancel_task(book_id: str, resources: Open) -> Response:
    """Stop the task that works on the book, whichever it is; what was spoken is kept."""
    book = await board.find(resources, book_id)
    await board.cancel(resources, book)
    run, event = await board.latest(resources, await board.find(resources, book_id))
    return success(task_json(run, event))


@router.get("/{book_id}/audio")
async def get_audio(book_id: str, resources: Open) -> Response:
    """The finished book: its length, loudness, chapters and files."""
    return success(audio_json(await _audio(resources, book_id)))


@router.get("/{book_id}/audio/lines/{line_id}", response_class=Response)
async def hear_line(
    book_id: str, line_id: Annotated[str, Path(max_length=200)], request: Request, resources: Open
) -> Response:
    """A line's sound as a WAV file; ranges are served. It is there for some hours after it was made."""
    values = await board.result_of(resources, await board.find(resources, book_id))
    file_id, _ = values.get("sounds", {}).get(line_id, ("", 0))
    if not file_id:
        raise NotFound(
            "This line has no sound.", hint="It is silent, or has not been spoken yet.", code="no_sound"
        )
    return await files.download_file(file_id, request, resources)


@router.get("/{book_id}/download", response_class=Response)
async def download(
    book_id: str,
    request: Request,
    resources: Open,
    format: Literal["zip", "m4b", "srt", "vtt", "lrc", "json", "ssml"] = "zip",
    chapter: Annotated[int | None, Query(alias="chapterId", ge=0, description="Its MP3.")] = None,
) -> Response:
    """A file of the finished book; ranges are served, so that players can seek."""
    audio = audio_json(await _audio(resources, book_id))
    if chapter is None:
        return await files.download_file(audio["files"][format]["file_id"], request, resources)
    for one in audio["chapters"]:
        if one["index"] == chapter and one["file"]:
            return await files.download_file(one["file"]["file_id"], request, resources)
    raise NotFound(f"There is no MP3 of chapter {chapter}.", hint=_HINT, code="chapter_not_found")


async def _audio(resources: Open, book_id: str) -> dict[str, Any]:
    values = await board.result_of(resources, await board.find(resources, book_id))
    return board.told(values, "audio", _HINT)
