"""Where a text comes from, and where its translations go."""

import asyncio
from dataclasses import dataclass
from pathlib import PurePath

from graphs.progress import ArtifactReady, emit
from graphs.translate.state import SUFFIXES, Input, Source, parse_input
from graphs.translation_request import read_terms
from tools.errors import InputTooLarge, InvalidInput
from tools.storage import base as storage
from tools.translation.formats.opening import MAX_BYTES, Translatable, open_translatable

_MEDIA_TYPES = {
    "plain": "text/plain; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "po": "text/x-gettext-translation; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A translated document, kept."""

    file_id: str | None  #: None where no storage is bound.
    name: str
    text: str | None  #: Of a document that came as text.


async def find_source(given: Input) -> Source:
    """Where the document is, and its name, whose suffix says what it is.

    Raises:
        InputTooLarge: The file has too many bytes.
        NotFound: There is no such file.
    """
    suffix = SUFFIXES[given.format] if given.format else ""
    if given.file_id is None:
        name = given.name or f"text{suffix or '.txt'}"
        return Source(text=given.text, file_id=None, name=_with_suffix(name, suffix))
    stored = await storage.current().describe(given.file_id)
    if stored.size > MAX_BYTES:
        raise InputTooLarge(
            f"the file has {stored.size} bytes; at most {MAX_BYTES} are read",
            hint="Split it.",
            code="file_too_large",
        )
    return Source(text=None, file_id=given.file_id, name=_with_suffix(given.name or stored.name, suffix))


async def open_source(source: Source) -> Translatable:
    """The document.

    Raises:
        InvalidInput: What open_translatable raises, or text that no encoding can store.
    """
    if source["file_id"] is not None:
        data = await storage.current().read(source["file_id"])
        return await asyncio.to_thread(open_translatable, data, source["name"])
    try:
        data = (source["text"] or "").encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            "the text holds half of a surrogate pair, which no encoding can store",
            hint="Send it as UTF-8, each emoji and rare character whole.",
            code="invalid_text",
        ) from None
    return await asyncio.to_thread(open_translatable, data, source["name"], encoding="utf-8")


async def keep(source: Source, format: str, target: str, data: bytes) -> Rendered:
    """Store a translated document under the source's name and its language."""
    path = PurePath(source["name"])
    name = f"{path.stem}.{target}{path.suffix}"
    text = data.decode() if source["text"] is not None else None
    files = storage.bound()
    if files is None:
        return Rendered(file_id=None, name=name, text=text)
    stored = await files.write(data, name=name, media_type=_MEDIA_TYPES[format])
    emit(ArtifactReady(name=name, media_type=_MEDIA_TYPES[format], file_id=stored.file_id))
    return Rendered(file_id=stored.file_id, name=name, text=text)


async def check_input(values: object) -> None:
    """Refuse what cannot be translated, before a run is queued for it.

    Raises:
        InvalidInput: As parse_input, open_source and read_terms do.
        NotFound: There is no such file.
    """
    given = parse_input(values)
    await open_source(await find_source(given))
    await read_terms(given)


def _with_suffix(name: str, suffix: str) -> str:
    return name if not suffix or PurePath(name).suffix.lower() == suffix else f"{name}{suffix}"
