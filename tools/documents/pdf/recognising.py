"""Text recognition of scanned PDFs by Tesseract, where it is on PATH."""

import shutil
from io import BytesIO
from typing import cast

import pypdfium2

from tools.documents.blocks import Block, PagedDocument
from tools.documents.web_blocks import read_markdown
from tools.errors import InputTooLarge
from tools.processes import run_process

MAX_SCANNED_PAGES = 100  # seconds each
_SCALE = 300 / 72  # dots per inch that Tesseract is made for
_MOST_PIXELS = 40_000_000  # of one page
_LANGUAGES = "eng+chi_sim"
_SECONDS_OF_PAGE = 120


def can_recognise() -> bool:
    """Whether Tesseract is there."""
    return shutil.which("tesseract") is not None


async def recognise(data: bytes) -> PagedDocument:
    """The text of a PDF whose pages are pictures: paragraphs, page by page.

    Raises:
        InputTooLarge: "too_many_pages".
        ProcessFailed: Tesseract failed, or lacks the data of a language.
    """
    pdf = pypdfium2.PdfDocument(data)
    try:
        if len(pdf) > MAX_SCANNED_PAGES:
            raise InputTooLarge(
                f"the scan has {len(pdf)} pages; at most {MAX_SCANNED_PAGES} are recognised",
                hint="Send the part with the recommendations.",
                code="too_many_pages",
            )
        blocks: list[Block] = []
        languages = await _languages()
        for number in range(len(pdf)):
            text = await _text_of(_picture(pdf, number), languages)
            blocks += (
                [
                    Block(kind=block.kind, text=block.text, page=number + 1, level=block.level)
                    for block in read_markdown(text).blocks
                ]
                if text.strip()
                else []
            )
    finally:
        pdf.close()
    return PagedDocument(blocks=tuple(blocks))


async def _languages() -> str:
    """Those of ours that Tesseract has data for."""
    listed = (await run_process(["tesseract", "--list-langs"], timeout=30)).stdout.decode().split()
    return "+".join(name for name in _LANGUAGES.split("+") if name in listed) or "eng"


async def _text_of(picture: bytes, languages: str) -> bytes:
    args = ["tesseract", "stdin", "stdout", "-l", languages, "--psm", "1"]
    return (await run_process(args, input=picture, timeout=_SECONDS_OF_PAGE)).stdout


def _picture(pdf: pypdfium2.PdfDocument, number: int) -> bytes:
    page = pdf[number]
    width, height = page.get_size()
    scale = min(_SCALE, (_MOST_PIXELS / max(width * height, 1)) ** 0.5)
    data = BytesIO()
    page.render(scale=cast("int", scale), grayscale=True).to_pil().save(data, "PNG")  # pyright: ignore[reportUnknownMemberType]
    return data.getvalue()
