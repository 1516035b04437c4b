"""Where a guideline comes from."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from graphs import translation_files
from graphs.guideline.state import Input, parse_input
from graphs.translation_files import Source
from tools.documents.blocks import PagedDocument
from tools.documents.paged import glance, open_paged
from tools.errors import InvalidInput
from tools.medical.templates import template_of

MAX_BYTES = 100 * 1024 * 1024


async def find_source(given: Input) -> Source:
    """Where the document is.

    Raises:
        InputTooLarge: The file has too many bytes.
        NotFound: There is no such file.
    """
    return await translation_files.find(
        given.text,
        given.file_id,
        given.name,
        unnamed="guideline.md",
        most_bytes=MAX_BYTES,
        hint="Send the part with the recommendations.",
    )


async def open_source(source: Source) -> PagedDocument:
    """The document's blocks; those of a scan are recognised, where Tesseract is there.

    A PDF is read no further once nobody waits for it: a run that is cancelled, or out of time.

    Raises:
        InvalidInput: What open_paged raises, or text that no encoding can store.
    """
    data, _ = await translation_files.read(source)
    stop = threading.Event()
    try:
        return await asyncio.to_thread(open_paged, data, source["name"], stop=stop)
    except InvalidInput as error:
        if error.code != "scanned_document" or not _reads_scans():
            raise
    finally:
        stop.set()
    from tools.documents.pdf.recognising import recognise  # noqa: PLC0415 - it loads what reads PDFs

    return await recognise(data)


async def check_input(values: object) -> None:
    """Refuse what cannot be read, before a run is queued for it, as far as a glance tells.

    Raises:
        InvalidInput: As parse_input and glance do, or for an unknown template.
        InputTooLarge: As find_source and glance do.
        NotFound: There is no such file.
    """
    given = parse_input(values)
    template_of(given.options.model_dump())
    source = await find_source(given)
    data, _ = await translation_files.read(source)
    await asyncio.to_thread(glance, data, source["name"], reads_scans=_reads_scans())


def _reads_scans() -> bool:
    return shutil.which("tesseract") is not None


def packed(document: PagedDocument) -> Iterator[dict[str, Any]]:
    """Its blocks as the state keeps them: with ids, and the heading that each stands under."""
    sections = _sections(document)
    for number, (block, section) in enumerate(zip(document.blocks, sections, strict=True), start=1):
        rows = {"rows": [list(row) for row in block.rows]} if block.rows else {}
        place = {"place": block.place} if block.place else {}
        yield {
            "id": f"b{number}",
            "kind": block.kind,
            "text": block.text,
            "page": block.page,
            "section": section,
            **rows,
            **place,
        }


def packed_figures(document: PagedDocument) -> list[dict[str, Any]]:
    """Its figures as the state keeps them."""
    sections = ["", *_sections(document)]
    return [{**asdict(figure), "section": sections[figure.after]} for figure in document.figures]


def _sections(document: PagedDocument) -> list[str]:
    """The heading that each block stands under."""
    found: list[str] = []
    for block in document.blocks:
        found.append(block.text if block.kind == "heading" else found[-1] if found else "")
    return found
