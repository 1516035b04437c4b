"""Guidelines on the command line."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from configs.settings import Settings
from server import local_run
from server.local_run import FileJob, run_file
from tools.errors import InvalidInput

TEXT = "# Diabetes\n\nWe recommend at least 150 minutes of walking per week for adults with diabetes.\n"


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_the_version_lies_beside_the_guideline_in_every_format(tmp_path: Path) -> None:
    source = tmp_path / "guideline.md"
    source.write_text(TEXT, encoding="utf-8")
    shown = StringIO()
    job = FileJob(graph_id="guideline", file=source, options={"mode": "fast"})
    result = await run_file(Settings(), job, Console(file=StringIO()))  # type: ignore[call-arg]
    local_run.show("guideline", result, Console(file=shown, width=200))

    names = _names(tmp_path) - {source.name}
    assert names == {f"guideline.md.pvg.{suffix}" for suffix in ("html", "md", "docx", "pdf")}
    assert "150 minutes" in (tmp_path / "guideline.md.pvg.html").read_text("utf-8")
    assert "1 recommendations, passed" in shown.getvalue()
    assert "no language model" in shown.getvalue()


async def test_what_is_held_back_is_marked_and_said_since_nobody_can_be_asked(tmp_path: Path) -> None:
    source = tmp_path / "story.txt"
    source.write_text("The weather was fine all week. " * 20, encoding="utf-8")
    shown = StringIO()
    result = await run_file(
        Settings(),  # type: ignore[call-arg]
        FileJob(graph_id="guideline", file=source),
        Console(file=StringIO()),
    )
    local_run.show("guideline", result, Console(file=shown, width=200))
    assert "flagged" in shown.getvalue()
    assert "Not released" in (tmp_path / "story.txt.pvg.html").read_text("utf-8")


async def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(InvalidInput) as refused:
        await run_file(Settings(), FileJob(graph_id="guideline", file=source), Console(file=StringIO()))  # type: ignore[call-arg]
    assert refused.value.code == "broken_pdf"
    assert _names(tmp_path) == {source.name}
