"""Text recognition of scanned PDFs by Tesseract, where it is on PATH."""

import asyncio

from tools.documents.blocks import Block, PagedDocument
from tools.documents.pdf.pdfium import count_pages, draw
from tools.documents.web_blocks import read_markdown
from tools.errors import InputTooLarge
from tools.processes import run_process

MAX_SCANNED_PAGES = 100  # seconds each
_DOTS = 300  # per inch, which Tesseract is made for
_MOST_PIXELS = 40_000_000  # of one page
_LANGUAGES = "eng+chi_sim"
_SECONDS_OF_PAGE = 120


async def recognise(data: bytes) -> PagedDocument:
    """The text of a PDF whose pages are pictures: paragraphs, page by page.

    Raises:
        InputTooLarge: "too_many_pages".
        ProcessFailed: Tesseract failed, or lacks the data of a language.
    """
    count = await asyncio.to_thread(count_pages, data)
    check_scanned_pages(count)
    blocks: list[Block] = []
    languages = await _languages()
    for number in range(1, count + 1):
        picture = await asyncio.to_thread(
            draw, data, number, dots=_DOTS, most_pixels=_MOST_PIXELS, is_gray=True
        )
        text = await _text_of(picture, languages)
        blocks += (
            [
                Block(kind=block.kind, text=block.text, page=number, level=block.level)
                for block in read_markdown(text).blocks
            ]
            if text.strip()
            else []
        )
    return PagedDocument(blocks=tuple(blocks))


def check_scanned_pages(count: int) -> None:
    """Refuse more pages than are recognised.

    Raises:
        InputTooLarge: "too_many_pages".
    """
    if count > MAX_SCANNED_PAGES:
        raise InputTooLarge(
            f"the scan has {count} pages; at most {MAX_SCANNED_PAGES} are recognised",
            hint="Send the part with the recommendations.",
            code="too_many_pages",
        )


async def _languages() -> str:
    """Those of ours that Tesseract has data for."""
    listed = (await run_process(["tesseract", "--list-langs"], timeout=30)).stdout.decode().split()
    return "+".join(name for name in _LANGUAGES.split("+") if name in listed) or "eng"


async def _text_of(picture: bytes, languages: str) -> bytes:
    args = ["tesseract", "stdin", "stdout", "-l", languages, "--psm", "1"]
    return (await run_process(args, input=picture, timeout=_SECONDS_OF_PAGE)).stdout
