"""Translating files on the command line."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from configs.settings import Settings
from evals.model_server import Answers, model_server
from server import local_run
from server.local_run import FileJob, run_file
from tools.errors import InvalidInput

SRT = "1\n00:00:01,000 --> 00:00:03,000\nHello.\n"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.srt"
    path.write_text(SRT, encoding="utf-8")
    return path


async def test_each_target_gets_a_file_beside_the_source(film: Path) -> None:
    glossary = film.with_name("terms.csv")
    glossary.write_text("source,target\nhello,你好\n", encoding="utf-8")
    shown = StringIO()
    with model_server(Answers.oracle({"Hello.": "你好。"})) as server:
        settings = Settings(PRIMARY_MODEL="openai:m", LLM_BASE_URL=server.openai_url)  # type: ignore[call-arg]
        job = FileJob(graph_id="subtitles", file=film, targets=["zh", "ja"], glossary=glossary)
        result = await run_file(settings, job, Console(file=StringIO()))
    local_run.show("subtitles", result, Console(file=shown, width=200))

    assert film.with_name("film.zh.srt").read_text("utf-8") == SRT.replace("Hello.", "你好。")
    assert {path.name for path in film.parent.iterdir()} == {
        "film.srt",
        "terms.csv",
        "film.zh.srt",
        "film.ja.srt",
    }
    assert "film.zh.srt" in shown.getvalue()
    assert "1/1" in shown.getvalue()


async def test_a_folder_takes_the_files(film: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    job = FileJob(graph_id="translate", file=film.with_suffix(".txt"), targets=["zh"], folder=folder)
    job.file.write_text("Hello there.", encoding="utf-8")
    result = await run_file(Settings(), job, Console(file=StringIO()))  # type: ignore[call-arg]

    assert result["mode"] == "offline"
    assert (folder / "film.zh.txt").read_text("utf-8") == "Hello there."


async def test_a_job_that_translates_needs_a_target(film: Path) -> None:
    with pytest.raises(InvalidInput, match="target_languages"):
        await run_file(Settings(), FileJob(graph_id="translate", file=film), Console(file=StringIO()))  # type: ignore[call-arg]
