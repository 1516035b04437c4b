"""Where a text comes from, and where its translations go."""

import asyncio
from pathlib import PurePath

from graphs import translation_files
from graphs.translate.state import SUFFIXES, Input, parse_input
from graphs.translation_files import Kept, Source
from graphs.translation_request import read_terms
from tools.translation.formats.opening import MAX_BYTES, Translatable, open_translatable

_MEDIA_TYPES = {
    "plain": "text/plain; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "po": "text/x-gettext-translation; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


async def find_source(given: Input) -> Source:
    """Where the document is, and its name, whose suffix says what it is.

    Raises:
        InputTooLarge: The file has too many bytes.
        NotFound: There is no such file.
    """
    suffix = SUFFIXES[given.format] if given.format else ""
    source = await translation_files.find(
        given.text,
        given.file_id,
        given.name,
        encoding=given.encoding,
        unnamed=f"text{suffix or '.txt'}",
        most_bytes=MAX_BYTES,
        hint="Split it.",
    )
    return {**source, "name": _with_suffix(source["name"], suffix)}


async def open_source(source: Source) -> Translatable:
    """The document.

    Raises:
        InvalidInput: What open_translatable raises, or text that no encoding can store.
    """
    data, encoding = await translation_files.read(source)
    return await asyncio.to_thread(open_translatable, data, source["name"], encoding=encoding)


async def keep(source: Source, format: str, target: str, data: bytes) -> Kept:
    """Store a translated document under the source's name and its language."""
    return await translation_files.keep(source, data, label=target, media_type=_MEDIA_TYPES[format])


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
