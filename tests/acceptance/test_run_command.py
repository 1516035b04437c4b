"""`scriptorium run`: where the files go that it makes, and what becomes of the others where one is bad."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.fixtures import loaded_process

GUIDELINE = """# Blood pressure

## Recommendations

We recommend at least 150 minutes of walking per week for adults (strong recommendation).
"""


@pytest.fixture
def guideline(tmp_path: Path) -> Path:
    path = tmp_path / "pressure.md"
    path.write_text(GUIDELINE, encoding="utf-8")
    return path


def _run(guideline: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    out = guideline.parent / "out.json"
    return _call("guideline", guideline, "--folder", str(folder), "--out", str(out))


def _call(graph: str, file: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DATA_DIR": str(file.parent / "data"), "COLUMNS": "200"}
    return loaded_process.call("run", graph, "--file", str(file), *more, environment=environment)


def test_the_folder_for_what_is_made_is_made_too(guideline: Path, tmp_path: Path) -> None:
    done = _run(guideline, tmp_path / "results" / "today")

    assert done.returncode == 0, done.stderr
    assert any((tmp_path / "results" / "today").iterdir())


def test_a_folder_that_cannot_be_made_is_named(guideline: Path) -> None:
    refused = _run(guideline, guideline / "results")

    assert refused.returncode == 2
    assert "--folder" in refused.stderr
    assert "cannot be made" in refused.stderr


def test_a_bad_file_of_a_folder_is_named_and_the_others_are_worked_on(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    cue = "1\n00:00:01,000 --> 00:00:03,000\nHello.\n"
    for name, text in (("a.srt", cue), ("bad.srt", "no subtitles"), ("c.srt", cue)):
        (films / name).write_text(text, encoding="utf-8")
    out = tmp_path / "out.json"

    done = _call("subtitles", films, "--to", "zh", "--folder", str(tmp_path / "made"), "--out", str(out))

    assert done.returncode == 1
    assert "bad.srt: the file holds no" in done.stderr
    assert "1 of 3 files failed: bad.srt" in done.stderr
    assert len(json.loads(out.read_text(encoding="utf-8"))) == 2
    assert {path.name for path in (tmp_path / "made").iterdir()} == {"a.zh.srt", "c.zh.srt"}
