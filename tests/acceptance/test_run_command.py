"""`scriptorium run`: where the files go that it makes."""

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
    environment = os.environ | {"DATA_DIR": str(guideline.parent / "data"), "COLUMNS": "200"}
    arguments = (
        "--file",
        str(guideline),
        "--folder",
        str(folder),
        "--out",
        str(guideline.parent / "out.json"),
    )
    return loaded_process.call("run", "guideline", *arguments, environment=environment)


def test_the_folder_for_what_is_made_is_made_too(guideline: Path, tmp_path: Path) -> None:
    done = _run(guideline, tmp_path / "results" / "today")

    assert done.returncode == 0, done.stderr
    assert any((tmp_path / "results" / "today").iterdir())


def test_a_folder_that_cannot_be_made_is_named(guideline: Path) -> None:
    refused = _run(guideline, guideline / "results")

    assert refused.returncode == 2
    assert "--folder" in refused.stderr
    assert "cannot be made" in refused.stderr
