"""Where a novel comes from: the request itself, or a stored file in one of several formats."""

import asyncio
from dataclasses import dataclass, replace

from graphs.characters.book import Book
from graphs.characters.state import Input, Language, parse_input
from graphs.inputs import utf8
from graphs.progress import ArtifactReady, emit
from tools.documents import MAX_BYTES, MAX_CHARACTERS, open_document
from tools.errors import InputTooLarge, InvalidInput
from tools.novels.quotations import find_spans
from tools.storage import base as storage
from tools.text.language import detect
from tools.text.normalise import normalise

_MEDIA_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A novel's text, decoded but otherwise as given."""

    text: str
    name: str  #: For people: the file's.
    language: Language
    chapter_starts: tuple[int, ...] = ()  #: Offsets at which the file's format begins a chapter.


async def read_source(given: Input) -> Source:
    """Fetch and decode the text, and find out its language.

    Raises:
        InvalidInput: It is empty, binary, too long, or in a language or format that cannot be read.
        NotFound: There is no such file.
    """
    if given.file_id is None:
        return await asyncio.to_thread(_examine, given.text or "", "novel.txt", given.language)
    files = storage.current()
    stored = await files.describe(given.file_id)
    if stored.size > MAX_BYTES:
        raise InputTooLarge(
            f"the file has {stored.size:,} bytes, more than {MAX_BYTES:,}",
            hint="Send the volumes of a series one by one.",
        )
    data = await files.read(given.file_id)
    document = await asyncio.to_thread(open_document, data, stored.name)
    source = await asyncio.to_thread(_examine, document.text, stored.name, given.language)
    return replace(source, chapter_starts=document.chapter_starts)


async def store_text(source: Source) -> str | None:
    """Keep the decoded text as a file that offsets can be looked up in; None where no storage is bound."""
    files = storage.bound()
    if files is None:
        return None
    name = f"{source.name.rsplit('.', 1)[0]}.txt"
    stored = await files.write(source.text.encode(), name=name, media_type=_MEDIA_TYPE)
    emit(ArtifactReady(name=name, media_type=_MEDIA_TYPE, file_id=stored.file_id))
    return stored.file_id


async def check_input(values: object) -> None:
    """Refuse what cannot be read, before a run is queued for it.

    Raises:
        InvalidInput: As parse_input and read_source do; or dialogue is wanted where nothing is said.
        NotFound: There is no such file.
    """
    given = parse_input(values)
    if not given.has_source:
        return  # whether the thread has a novel, and what its ids are, the run sees
    source = await read_source(given)
    if given.options.enable_dialogue and not await asyncio.to_thread(_has_quotations, source):
        raise InvalidInput(
            "the text holds nothing in quotation marks, so nobody speaks in it",
            hint='Send options {"enable_dialogue": false} to find characters and relations alone.',
            code="no_quotations",
        )


def _has_quotations(source: Source) -> bool:
    return any(span.is_quotation for span in find_spans(Book(source.text).text, source.language))


def _examine(text: str, name: str, language: Language | None) -> Source:
    plain = normalise(text).text
    if not plain or plain.isspace():
        raise InvalidInput("the text is empty", hint="Send the text of a novel.", code="empty_input")
    if len(text) > MAX_CHARACTERS:
        raise InputTooLarge(
            f"the text has {len(text):,} characters, more than {MAX_CHARACTERS:,}",
            hint="Send the volumes of a series one by one.",
        )
    utf8(text)  # what no encoding can store is refused here, not when the text is kept
    return Source(text=text, name=name, language=language or detect(text))
