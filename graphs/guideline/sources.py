"""Where a guideline comes from."""

import asyncio
from collections.abc import Iterator
from typing import Any

from graphs import translation_files
from graphs.guideline.state import Input, parse_input
from graphs.translation_files import Source
from tools.documents.blocks import PagedDocument
from tools.documents.paged import open_paged
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


async def open_source(source: Source, *, reads_scans: bool = True) -> PagedDocument:
    """The document's blocks; those of a scan are recognised, where Tesseract is there.

    Args:
        reads_scans: False leaves the blocks of a scan out: recognising takes seconds a page.

    Raises:
        InvalidInput: What open_paged raises, or text that no encoding can store.
    """
    data, _ = await translation_files.read(source)
    try:
        return await asyncio.to_thread(open_paged, data, source["name"])
    except InvalidInput as error:
        from tools.documents.pdf import recognising  # noqa: PLC0415 - it loads what reads PDFs

        if error.code != "scanned_document" or not recognising.can_recognise():
            raise
        if not reads_scans:
            return PagedDocument(blocks=())
    return await recognising.recognise(data)


async def check_input(values: object) -> None:
    """Refuse what cannot be read, before a run is queued for it.

    Raises:
        InvalidInput: As parse_input and open_source do, or for an unknown template.
        NotFound: There is no such file.
    """
    given = parse_input(values)
    template_of(given.options.model_dump())
    await open_source(await find_source(given), reads_scans=False)


def packed(document: PagedDocument) -> Iterator[dict[str, Any]]:
    """Its blocks as the state keeps them: with ids, and the heading that each stands under."""
    section = ""
    for number, block in enumerate(document.blocks, start=1):
        if block.kind == "heading":
            section = block.text
        rows = {"rows": [list(row) for row in block.rows]} if block.rows else {}
        yield {
            "id": f"b{number}",
            "kind": block.kind,
            "text": block.text,
            "page": block.page,
            "section": section,
            **rows,
        }
