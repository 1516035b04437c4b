"""Translating files on the command line."""

import asyncio
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from configs.settings import Settings
from evals.model_server import Answers, model_server
from server import local_run
from server.local_run import FileJob, run_file
from server.translated_files import find_files
from tools.errors import InvalidInput
from tools.translation.tmx import write_tmx

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
    assert film.with_name("film.ja.srt").read_text("utf-8") == SRT.replace("Hello.", "你好。")
    assert film.read_text("utf-8") == SRT  # noqa: ASYNC240 - a look at one file
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


async def test_options_that_are_fields_of_the_input_reach_it(film: Path) -> None:
    data = SRT.replace("Hello.", "Привет, как дела?").encode("cp1251")
    await asyncio.to_thread(film.write_bytes, data)
    options = {"encoding": "cp1251", "style.tone": "formal", "offline": "mark"}
    job = FileJob(graph_id="subtitles", file=film, targets=["zh"], options=options)
    result = await run_file(Settings(), job, Console(file=StringIO()))  # type: ignore[call-arg]

    assert result["targets"]["zh"]["path"] == str(film.with_name("film.zh.srt"))
    assert "Привет, как дела?" in film.with_name("film.zh.srt").read_text("utf-8")


async def test_an_operation_without_a_target_writes_its_file(film: Path) -> None:
    reference = film.with_name("reference.srt")
    reference.write_text(SRT.replace("00:00:0", "00:00:1"), encoding="utf-8")
    shown = StringIO()
    options = {"operation": "align", "reference": str(reference)}
    job = FileJob(graph_id="subtitles", file=film, options=options)
    result = await run_file(Settings(), job, Console(file=StringIO()))  # type: ignore[call-arg]
    local_run.show("subtitles", result, Console(file=shown, width=200))

    assert film.with_name("film.new.srt").read_text("utf-8") == reference.read_text("utf-8")
    assert "film.new.srt: 1 cues, 1 at other times" in shown.getvalue()


@pytest.mark.parametrize(("options", "copies"), [({}, []), ({"format": "vtt"}, ["film.new.vtt"])])
async def test_a_check_writes_no_file_that_is_there_already(
    film: Path, options: dict[str, str], copies: list[str]
) -> None:
    shown = StringIO()
    job = FileJob(graph_id="subtitles", file=film, options={"operation": "check", **options})
    result = await run_file(Settings(), job, Console(file=StringIO()))  # type: ignore[call-arg]
    local_run.show("subtitles", result, Console(file=shown, width=200))

    assert [path.name for path in film.parent.iterdir() if path != film] == copies
    assert ": 1 cues, 0 at other times" in shown.getvalue()


async def test_a_memory_serves_a_film_and_is_written_beside_it(film: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    movie, tmx = film.with_suffix(".mp4"), film.with_suffix(".tmx")
    source = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=2:d=4", "-preset", "ultrafast"]
    await asyncio.to_thread(subprocess.run, ["ffmpeg", "-v", "error", *source, str(movie)], check=True)
    tmx.write_bytes(write_tmx([("Hello.", "你好。")], source="en", target="zh"))
    options = {"subtitles": str(film), "render": "none", "tmx": str(tmx), "memory.export": True}
    job = FileJob(graph_id="video", file=movie, language="en", targets=["zh"], options=options)
    result = await run_file(Settings(), job, Console(file=StringIO()))  # type: ignore[call-arg]

    subtitles = result["targets"]["zh"]["subtitles"]
    assert subtitles["recalled"] == 1
    assert "你好。" in film.with_name("film.zh.srt").read_text("utf-8")
    assert subtitles["memory_path"] == str(film.with_name("film.zh.tmx"))


async def test_a_local_file_that_an_option_names_has_to_be_there(film: Path) -> None:
    job = FileJob(graph_id="subtitles", file=film, targets=["zh"], options={"tmx": str(film) + ".tmx"})
    with pytest.raises(InvalidInput, match="--option tmx"):
        await run_file(Settings(), job, Console(file=StringIO()))  # type: ignore[call-arg]


async def test_a_job_that_asks_a_person_ends_with_an_error_here(film: Path) -> None:
    with model_server(Answers.oracle({"Hello.": ""})) as server:
        settings = Settings(PRIMARY_MODEL="openai:m", LLM_BASE_URL=server.openai_url)  # type: ignore[call-arg]
        job = FileJob(graph_id="subtitles", file=film, targets=["zh"], options={"review": True})
        with pytest.raises(InvalidInput, match="ask a person"):
            await run_file(settings, job, Console(file=StringIO()))


async def test_a_dry_run_says_what_it_takes_and_asks_nobody(film: Path) -> None:
    said = StringIO()
    with model_server(Answers.oracle({"Hello.": "你好。"})) as server:
        settings = Settings(PRIMARY_MODEL="openai:m", LLM_BASE_URL=server.openai_url)  # type: ignore[call-arg]
        job = FileJob(graph_id="subtitles", file=film, targets=["zh", "ja"], is_dry=True)
        found = await run_file(settings, job, Console(file=said, width=300))
        asked = server.requests()

    assert asked == []
    assert found["usage"]["calls"] == 2
    assert "2 questions to openai:m" in said.getvalue()
    assert not film.with_name("film.zh.srt").exists()


async def test_a_dry_run_of_a_film_looks_at_it_and_counts_what_is_known(film: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    movie, said = film.with_suffix(".mp4"), StringIO()
    source = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=2:d=4", "-preset", "ultrafast"]
    await asyncio.to_thread(subprocess.run, ["ffmpeg", "-v", "error", *source, str(movie)], check=True)
    options = {"subtitles": str(film), "render": "burn"}
    job = FileJob(graph_id="video", file=movie, targets=["zh", "ja"], options=options, is_dry=True)
    settings = Settings(SUBTITLE_MODEL="openai:m", LLM_BASE_URL="http://127.0.0.1:9/v1")  # type: ignore[call-arg]
    found = await run_file(settings, job, Console(file=said, width=300))

    assert (found["duration_ms"], found["cues"], found["usage"]["calls"]) == (4000, 1, 2)
    assert found["passes"] == 2  # a film for each language
    assert "film.mp4: 0.1 min, 1 cues; 2 questions to openai:m" in said.getvalue()
    assert find_files([film.parent], "video") == [movie]


async def test_what_cannot_be_told_before_is_not_done_instead(film: Path) -> None:
    job = FileJob(graph_id="characters", file=film, is_dry=True)
    with pytest.raises(InvalidInput, match="--dry-run: what characters will take"):
        await run_file(Settings(), job, Console(file=StringIO()))  # type: ignore[call-arg]


def test_a_folder_gives_the_files_that_the_graph_reads(film: Path) -> None:
    other = film.with_name("notes.txt")
    other.write_text("Hello there.", encoding="utf-8")

    assert find_files([film.parent], "subtitles") == [film]
    assert find_files([film.parent], "translate") == [other]
    assert find_files([other], "subtitles") == [other]


def test_a_folder_without_any_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no file"):
        find_files([tmp_path], "translate")
