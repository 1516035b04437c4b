"""Every command in the documents runs as it stands there."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Server
from tests.fixtures.loaded_commands import loaded_commands

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://)([^)#]+)")


@dataclass(frozen=True)
class Example:
    """One code block of a page."""

    page: Path
    number: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.name}-{self.number}"


EXAMPLES = [
    Example(page, number, found[1], found[2])
    for page in PAGES
    for number, found in enumerate(BLOCK.finditer(page.read_text(encoding="utf-8")), 1)
]


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What stands for `.venv/bin`: starting anew would be most of what the examples take."""
    with loaded_commands(tmp_path_factory.mktemp("commands")) as folder:
        yield folder


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_runs_and_shows_something(
    example: Example, own_server: Server, commands: Path, tmp_path: Path
) -> None:
    code = example.code.replace("http://127.0.0.1:8000", own_server.url)
    code = code.replace(".venv/bin/", f"{commands}/").replace("tests/fixtures/", f"{ROOT}/tests/fixtures/")
    command = ["bash", "-euc", code] if example.language == "bash" else [commands / "python", "-c", code]

    result = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert result.returncode == 0, result.stderr
    assert (
        "Ada" in result.stdout
        or "Cast" in result.stdout
        or '"characters"' in result.stdout
        or "progress" in result.stdout
        or "cues from" in result.stdout
        or "passed" in result.stdout
    )
    assert '"detail"' not in result.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_route_is_in_the_documents(own_server: Server) -> None:
    routes = subprocess.run(
        ["curl", "-s", f"{own_server.url}/openapi.json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)

    paths = re.findall(r'"(/[^"]*)":\{"(?:get|post)"', routes)
    assert len(paths) > 15
    assert [path for path in paths if path not in text] == []
