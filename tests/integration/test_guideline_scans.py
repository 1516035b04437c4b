"""Scans: read by Tesseract where it is, refused with what to do where it is not."""

import shutil
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from evals.pdf_maker import PdfMaker
from graphs.guideline.sources import open_source
from graphs.translation_files import Source
from tools.errors import InvalidInput
from tools.storage.base import bind
from tools.storage.local import LocalStorage


def _scan() -> bytes:
    """A page as a picture."""
    pdf = PdfMaker()
    pdf.lines("We recommend metformin 500 mg twice daily for adults.", size=16)
    picture = pypdfium2.PdfDocument(pdf.data())[0].render(scale=3).to_pil().convert("RGB")
    data = BytesIO()
    picture.save(data, "PDF")
    return data.getvalue()


async def _source(storage: LocalStorage) -> Source:
    stored = await storage.write(_scan(), name="scan.pdf")
    return Source(text=None, file_id=stored.file_id, name="scan.pdf")


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="no Tesseract on PATH")
async def test_the_words_of_a_scan_are_recognised_with_their_page(tmp_path: Path) -> None:
    with bind(storage := LocalStorage(tmp_path)):
        document = await open_source(await _source(storage))
    assert "metformin 500 mg twice daily" in document.pages[0]


async def test_without_tesseract_a_scan_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with bind(storage := LocalStorage(tmp_path)), pytest.raises(InvalidInput) as refused:
        await open_source(await _source(storage))
    assert refused.value.code == "scanned_document"
    assert "Tesseract" in refused.value.hint
