"""Finds, makes and changes books, and has the graph work on them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

from graphs.audiobook import editing
from graphs.audiobook.stage import Stage, find_stage
from graphs.audiobook.state import State
from server import access
from server.api.following import ended
from server.api.jobs import thread_tasks
from server.api.jobs.books import texts
from server.api.jobs.books.book import CONTRACT, KEY, record, until_of
from server.api.jobs.thread_tasks import Task as Book
from server.db.models import ACTIVE, Run
from server.db.repositories import threads
from server.resources import Resources
from server.runs.job import RunRequest
from tools.errors import BadRequest, Conflict, InvalidInput, NotFound, ServiceError
from tools.llm.chat_models import bind as bind_models
from tools.speech.current import bind as bind_speech

GRAPH = "audiobook"


async def add(resources: Resources, **given: Any) -> Book:
    """A new book without a text; title, author and such, as it was given."""
    own = record(given)
    return await resources.threads.create(metadata=access.stamped({"contract": CONTRACT, KEY: own})), None


async def find(resources: Resources, book_id: str) -> Book:
    """A book; raises NotFound for what is none, or another's."""
    unknown = NotFound(f"Book {book_id[:60]} not found", hint="Check its id.", code="book_not_found")
    return await thread_tasks.find(resources, book_id, mark=KEY, unknown=unknown)


async def search(resources: Resources, *, limit: int, offset: int) -> tuple[list[Book], int]:
    """One's books, the newest first, and how many there are."""
    marks = {"contract": CONTRACT}
    found = await thread_tasks.search(resources, marks, mark=KEY, limit=limit, offset=offset)
    async with resources.database.read() as session:
        return found, await threads.count(session, threads.ThreadFilter(metadata=marks))


async def change(resources: Resources, book: Book, **changes: Any) -> Book:
    """A book of which other things are known."""
    thread, run = book
    return await resources.threads.patch(thread.thread_id, {KEY: {**thread.meta[KEY], **changes}}, None), run


async def begin(
    resources: Resources,
    book: Book,
    *,
    until: str,
    options: Mapping[str, Any] | None = None,
    edits: Sequence[Mapping[str, Any]] = (),
) -> Run:
    """Have the graph work on a book, one task at a time.

    Args:
        resources: The service's.
        book: The book.
        until: What is made.
        options: Others are those of the task before.
        edits: What people decide.

    Raises:
        Conflict: "task_running".
        BadRequest: "no_text": nothing was uploaded.
        ServiceError: What is asked for cannot be done.
    """
    thread, run = book
    own: dict[str, Any] = thread.meta[KEY]
    if own["file"] is None:
        raise BadRequest("The book has no text.", hint="Upload a file first.", code="no_text")
    if run is not None and run.status in ACTIVE:
        raise Conflict(
            f"Task {run.run_id} is working on this book.",
            hint="Wait for it, or cancel it.",
            code="task_running",
        )
    given = {
        "file_id": own["file"]["file_id"],
        "title": own["title"],
        "author": own["author"],
        "language": own.get("language"),
        "cover_file_id": own.get("coverFileId"),
        "options": {**_options_of(run), **(options or {}), "until": until},
        "edits": [*edits],
    }
    request = RunRequest(assistant_id=GRAPH, input=given, stream_mode=("custom",), stream_resumable=True)
    return await resources.runs.create_run(request, thread_id=thread.thread_id)


async def edit(resources: Resources, book: Book, edits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make edits, all or none, and what follows from them; the book's new result.

    Sound that was made is kept as files, but belongs to the book no more.

    Raises:
        InvalidInput: It names what is not there; nothing has changed.
    """
    values = await result_of(resources, book)
    await check(resources, values, edits)
    until = "cast" if values.get("cast") else "script" if values.get("lines") else "characters"
    run = await begin(resources, book, until=until, edits=edits)
    run = await ended(resources, run)
    if run.error is not None:
        kind = InvalidInput if run.error.get("code") in ("invalid_edit", "unknown_voice") else ServiceError
        raise kind(run.error["message"], hint=run.error.get("hint", ""), code=run.error.get("code"))
    return await result_of(resources, await find(resources, book[0].thread_id))


async def check(resources: Resources, values: Mapping[str, Any], edits: Sequence[Mapping[str, Any]]) -> None:
    """Refuse edits that cannot be made before a task is begun for them, which would fail.

    Raises:
        InvalidInput: They name what is not there.
    """
    if voices := editing.voices_in(edits):
        await (await stage_of(resources, values["spoken"])).check(voices)
    source = await texts.stored(resources, values["text_file_id"])
    await asyncio.to_thread(editing.take, cast("State", values), edits, source, values["lines"])


async def stage_of(resources: Resources, language: str) -> Stage:
    """What speaks books of a language here; raises Unavailable where nothing does."""
    runner = resources.executor.runner
    with bind_models(runner.models), bind_speech(speaker=runner.speaker):
        return await find_stage(language)


def _options_of(run: Run | None) -> dict[str, Any]:
    given: Mapping[str, Any] = (run.kwargs["input"] if run else None) or {}
    return given.get("options", {})


async def result_of(resources: Resources, book: Book) -> dict[str, Any]:
    """What is known of a book so far.

    Raises:
        Conflict: "not_ready": its people are not known yet.
    """
    state = await resources.states.snapshot(book[0])
    if state is None or "characters" not in state.values:
        raise Conflict(
            "Nothing has been recognised in this book yet.",
            hint="POST characters/recognize, script/generate or audio/generate, and wait for the task.",
            code="not_ready",
        )
    return state.values


def told(values: Mapping[str, Any], channel: str, hint: str) -> Any:
    """A part of the result.

    Raises:
        Conflict: "not_ready": it is not there yet.
    """
    if not values.get(channel):
        raise Conflict(f"The book has no {channel} yet.", hint=hint, code="not_ready")
    return values[channel]


async def latest(resources: Resources, book: Book, *kinds: str) -> tuple[Run, dict[str, Any] | None]:
    """The latest task of a book, if it is one of these kinds, and its latest progress.

    Raises:
        NotFound: "task_not_found".
    """
    run = book[1]
    if run is None or (kinds and until_of(run) not in kinds):
        raise NotFound("There is no such task of this book.", hint="Begin one.", code="task_not_found")
    return run, await thread_tasks.latest_progress(resources, run) if run.status != "success" else None


async def cancel(resources: Resources, book: Book) -> None:
    """Stop the task that works on a book; what was spoken is kept.

    Raises:
        Conflict: "task_not_active".
    """
    run = book[1]
    if run is None or run.status not in ACTIVE or not await resources.canceller.cancel(run.run_id):
        raise Conflict("No task is working on this book.", hint="Look at its status.", code="task_not_active")
    await ended(resources, run)
