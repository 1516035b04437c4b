"""A novel of ten thousand words becomes an M4B although its service is killed; no line is spoken twice."""

import json
import re
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.long_story import long_story
from tests.fixtures.service_process import ServiceProcess
from tools.subtitles import open_subtitles

pytestmark = [pytest.mark.timeout(3600), pytest.mark.faults]

KILLED_AT = 0.4  # of the lines
ENVIRONMENT = {"LEASE_SECONDS": "10", "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "1"}
PAUSE = 0.5  # seconds between two questions of how far it is


def _begin(url: str, story: str) -> str:
    book = httpx.post(f"{url}/api/books", json={"title": "A long story"}, timeout=60).json()["data"]["id"]
    files = {"file": ("story.txt", story.encode())}
    httpx.post(f"{url}/api/books/{book}/upload", files=files, timeout=60).raise_for_status()
    httpx.post(f"{url}/api/books/{book}/audio/generate", json={}, timeout=60).raise_for_status()
    return book


def _task(url: str, book: str) -> dict[str, Any]:
    return httpx.get(f"{url}/api/books/{book}/audio/generate", timeout=60).json()["data"]


def _spoken(folder: Path) -> dict[str, int]:
    """How often each line's sound was written."""
    with sqlite3.connect(f"file:{folder / 'scriptorium.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT name, count(*) FROM file WHERE name LIKE 'line-%' GROUP BY name")
        return dict(rows.fetchall())


def _until(url: str, book: str, share: float) -> None:
    """Wait until so many of the lines are spoken."""
    while True:
        task = _task(url, book)
        told = re.match(r"voices: (\d+)/(\d+)", task["message"])
        if told and int(told[1]) >= share * int(told[2]):
            return
        assert task["status"] in ("pending", "processing"), task
        time.sleep(PAUSE)


def _ended(url: str, book: str) -> dict[str, Any]:
    while (task := _task(url, book))["status"] in ("pending", "processing"):
        time.sleep(PAUSE)
    return task


def _probed(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-show_format", "-show_chapters", "-of", "json", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def test_a_killed_service_speaks_no_line_of_a_long_story_twice(tmp_path: Path) -> None:
    story = long_story(10_000)
    assert len(story.split()) >= 10_000
    data = tmp_path / "data"
    service = ServiceProcess(data_dir=data, environment=ENVIRONMENT)
    try:
        url = service.start().url
        book = _begin(url, story)
        _until(url, book, KILLED_AT)
        before = _spoken(data)
        service.kill()
        url = service.start().url
        task = _ended(url, book)
        assert task["status"] == "completed", task
        values = httpx.get(f"{url}/threads/{book}/state", timeout=60).json()["values"]
        m4b, captions = (
            httpx.get(f"{url}/api/books/{book}/download", params={"format": format}, timeout=600).content
            for format in ("m4b", "srt")
        )
        spoken = _spoken(data)
    finally:
        service.kill()

    assert 50 <= len(before) < len(spoken)  # it was killed in the middle
    assert before.keys() <= spoken.keys()
    assert set(spoken.values()) == {1}
    lines = values["lines"]
    assert "".join(story[line["start"] : line["end"]] for line in lines) == story
    assert all(line["voice"] for line in lines)
    path = tmp_path / "book.m4b"
    path.write_bytes(m4b)
    about = _probed(path)
    total = sum(line["end_ms"] - line["start_ms"] + line["pause_ms"] for line in lines)
    assert float(about["format"]["duration"]) * 1000 == pytest.approx(total, rel=0.01)
    heads = [line["start_ms"] for line in lines if line["kind"] == "heading"]
    assert [float(one["start_time"]) * 1000 for one in about["chapters"]] == pytest.approx(heads, abs=50)
    cues = open_subtitles(captions, "a.srt").cues
    assert [cue.start for cue in cues] == pytest.approx([line["start_ms"] for line in lines], abs=50)
    assert values["audio"]["loudness"] == pytest.approx(-16, abs=1)
