"""Every command in the documents runs as it stands there."""

import re
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from configs.settings import Settings
from evals.model_server import Answers, model_server
from tests.conftest import Server, running
from tests.documents.pages import ROOT, WITH_MODEL, Block, blocks, pages
from tests.fixtures.loaded_commands import loaded_commands

ADDRESS = "http://127.0.0.1:8000"
SECOND_PORT = "8123"  # of a service that a reader starts beside it
LESSONS = ROOT / "docs" / "tutorials"
CHINESE = ROOT / "README.zh.md"  # has the commands of README.md, which a test of its own says
EXAMPLES = [
    block
    for page in pages()
    if page.is_relative_to(ROOT / "docs") or page.parent == ROOT
    for block in blocks(page)
    if block.is_run and page.parent != LESSONS and page != CHINESE
]
TRANSLATIONS = {
    "# The ferry": "# 渡船",
    "The ferry": "渡船",
    "Good evening, Ada.": "晚上好，艾达。",
    "The ferry leaves at nine.": "渡船九点开。",
}  # what the model of the tutorials knows


@pytest.fixture(scope="module")
def model_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service with a model that can translate what the tutorials say."""
    with model_server(Answers.oracle(TRANSLATIONS)) as model:
        settings = Settings(
            PORT=0,
            DATA_DIR=tmp_path_factory.mktemp("data"),
            PRIMARY_MODEL="openai:oracle",
            LLM_BASE_URL=model.openai_url,
            LLM_API_KEY="a key",
        )  # type: ignore[call-arg]
        with running(settings) as server:
            yield server


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What stands for `.venv/bin`: starting anew would be most of what the examples take."""
    with loaded_commands(tmp_path_factory.mktemp("commands")) as folder:
        yield folder


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_runs_and_shows_something(
    example: Block, own_server: Server, commands: Path, tmp_path: Path
) -> None:
    shown = _run(_in_shell(example, own_server, commands), tmp_path)

    assert shown.strip()
    assert '"detail"' not in shown


@pytest.mark.parametrize(
    "page", [page for page in sorted(LESSONS.glob("*.md")) if blocks(page)], ids=lambda page: page.stem
)
def test_a_tutorial_can_be_followed_line_by_line(
    page: Path, own_server: Server, commands: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    steps = [block for block in blocks(page) if block.is_run]
    has_model = any(step.mark == WITH_MODEL for step in steps)
    model = request.getfixturevalue("model_service") if has_model else own_server

    lines = [
        f"printf '\\n=== {step.number}\\n'\n"
        + _in_shell(step, model if step.mark == WITH_MODEL else own_server, commands)
        for step in steps
    ]
    shown = _run("\n".join(lines), tmp_path)

    parts = re.split(r"^=== \d+$", shown, flags=re.MULTILINE)[1:]
    assert [step.number for step, part in zip(steps, parts, strict=True) if not part.strip()] == []
    assert '"detail"' not in shown


def _in_shell(step: Block, server: Server, commands: Path) -> str:
    """What a reader would type, for the server and the commands of a test."""
    code = step.code.replace(ADDRESS, server.url).replace(".venv/bin/", f"{commands}/")
    code = code.replace(SECOND_PORT, str(_free_port()))
    code = code.replace("tests/fixtures/", f"{ROOT}/tests/fixtures/")
    return code if step.language == "bash" else f"{commands}/python -c {shlex.quote(code)}\n"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _run(code: str, folder: Path) -> str:
    """What the commands write; they all end well."""
    result = subprocess.run(
        ["bash", "-euc", code],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    return result.stdout


def test_every_route_is_in_the_documents(own_server: Server) -> None:
    routes = subprocess.run(
        ["curl", "-s", f"{own_server.url}/openapi.json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout
    written = [page for page in pages() if page.parent in (ROOT, ROOT / "docs")]
    text = "".join(page.read_text(encoding="utf-8") for page in written)

    paths = re.findall(r'"(/[^"]*)":\{"(?:get|post)"', routes)
    assert len(paths) > 15
    assert [path for path in paths if path not in text] == []
