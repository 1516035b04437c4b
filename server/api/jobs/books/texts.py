"""A book's text: how it is sent, and its chapters and segments, which follow from it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from graphs.characters.book import Book
from server.api.accounts.multipart import Form
from server.db.models import File
from server.files import ownership
from server.resources import Resources
from tools.audiobook.cutting import cut
from tools.documents import open_document
from tools.errors import InvalidInput
from tools.novels.chapters import find_chapters
from tools.text.language import Language, detect


async def receive(request: Request, resources: Resources) -> File:
    """Keep the form's field ``file``.

    Raises:
        InvalidInput: The form has no such field, or another one.
    """
    owner = ownership.writer()
    form = Form(request.headers.get("content-type", ""), request.stream())
    kept: File | None = None
    async for part in form.parts():
        if part.name != "file" or part.file_name is None or kept is not None:
            raise InvalidInput("The form has to have one field, a file named 'file'.", code="no_file")
        kept = await resources.files.receive(
            part.chunks(), owner=owner, name=part.file_name, retention="inputs"
        )
    if kept is None:
        raise InvalidInput("The form has no field 'file'.", code="no_file")
    return kept


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text, with what can be said of it without anybody's help. Offsets are code points."""

    text: str
    language: str
    chapters: list[dict[str, Any]]

    def segments(self, most: int) -> list[dict[str, Any]]:
        """Stretches of at most about so many characters, cut between sentences; they tile the text."""
        found: list[dict[str, Any]] = []
        for chapter in self.chapters:
            start: int = chapter["startPosition"]
            for end in cut(self.text, start, chapter["endPosition"], most):
                found.append(
                    {
                        "id": f"s{start}",
                        "segmentIndex": len(found),
                        "chapterId": chapter["chapterIndex"],
                        "startPosition": start,
                        "endPosition": end,
                        "content": self.text[start:end],
                    }
                )
                start = end
        return found

    def statistics(self, segments: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Counts, as the old service told them."""
        return {
            "totalCharacters": len(self.text),
            "totalChapters": len(self.chapters),
            "totalSegments": len(segments),
            "language": self.language,
        }


async def read(resources: Resources, file_id: str, language: Language | None = None) -> Reading:
    """Read a stored book.

    Args:
        resources: The service's.
        file_id: Of its text.
        language: As it was given; None: it is detected.

    Raises:
        InvalidInput: It is empty, binary, or in a language or format that cannot be read.
    """
    file = await resources.files.get(file_id, reader=ownership.reader())
    data = b"".join([chunk async for chunk in resources.files.read(file)])
    return await asyncio.to_thread(_read, data, file.name, language)


async def stored(resources: Resources, file_id: str) -> str:
    """The text that a result's offsets are of."""
    file = await resources.files.get(file_id, reader=ownership.reader())
    return b"".join([chunk async for chunk in resources.files.read(file)]).decode()


def _read(data: bytes, name: str, language: Language | None) -> Reading:
    source = open_document(data, name).text
    book = Book(source)
    if not book.text.strip():
        raise InvalidInput("the text is empty", hint="Upload the text of a novel.", code="empty_input")
    language = language or detect(source)
    chapters = [
        {
            "id": chapter.index,
            "chapterIndex": chapter.index,
            "title": chapter.title,
            "startPosition": start,
            "endPosition": end,
        }
        for chapter in find_chapters(book.text, language)
        for start, end in [book.in_source(chapter.start, chapter.end)]
    ]
    chapters[0]["startPosition"] = 0
    return Reading(text=source, language=language, chapters=chapters)
