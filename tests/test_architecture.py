"""The house is as its documents say."""

import importlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from configs.document import files
from graphs.registry import GRAPHS

ROOT = Path(__file__).parent.parent
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PACKAGES = ["graphs", "tools", "server", "prompts", "configs"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def named_in_backticks(pattern: str) -> set[str]:
    return set(re.findall(rf"`({pattern})`", ARCHITECTURE))


def requirement_name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def test_the_registry_equals_langgraph_json() -> None:
    declared = json.loads((ROOT / "langgraph.json").read_text(encoding="utf-8"))["graphs"]

    assert {graph_id: f"graphs.{graph_id}.graph:graph" for graph_id in GRAPHS} == declared


@pytest.mark.parametrize("graph_id", list(GRAPHS))
def test_every_graph_has_the_same_three_files(graph_id: str) -> None:
    for name in ("graph", "nodes", "state"):
        assert (ROOT / "graphs" / graph_id / f"{name}.py").is_file()
    module = importlib.import_module(f"graphs.{graph_id}.graph")
    assert {"build", "graph"} <= set(vars(module))


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_ours_and_not_another_of_that_name(package: str) -> None:
    module = importlib.import_module(package)

    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(ROOT)


def test_imports_go_one_way_and_never_in_a_circle() -> None:
    lint = Path(sys.executable).parent / "lint-imports"

    result = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert result.returncode == 0, result.stdout


def test_the_architecture_page_has_a_row_for_every_folder() -> None:
    rows = {line.split("`")[1].rstrip("/") for line in ARCHITECTURE.splitlines() if line.startswith("| `")}
    ignored = {"data", "build", "dist"}
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name[0] not in "._" and any(path.iterdir())
    }

    assert rows == {name for name in folders if not name.endswith(".egg-info")} - ignored


@pytest.mark.parametrize("path", sorted(named_in_backticks(r"[a-z]+/[a-z_/]+(?:\.[a-z]+|/)")))
def test_every_file_that_the_architecture_page_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_what_is_made_from_the_settings_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], "run python -m configs.document"


def test_every_direct_dependency_has_a_range_and_a_tested_version() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    direct = [*PROJECT["project"]["dependencies"], *(r for extra in extras for r in extra)]
    direct = [requirement for requirement in direct if not requirement.startswith("scriptorium-service")]
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {requirement_name(line) for line in constraints.splitlines() if line and line[0] != "#"}

    assert [r for r in direct if ">=" not in r or "<" not in r] == []
    assert {requirement_name(r) for r in direct} <= pinned


def test_the_constraints_name_versions_and_no_places() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    odd = [
        line
        for line in lines
        if line and line[0] != "#" and not re.fullmatch(r"[A-Za-z0-9._-]+==[^\s/@]+", line)
    ]
    assert odd == []


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        (
            "server.app",
            {
                *(
                    "openai",
                    "anthropic",
                    "langchain_openai",
                    "vosk",
                    "pdfplumber",
                    "reportlab",
                    "docx",
                    "PIL",
                ),
                *("alembic", "numpy", "sqlalchemy.dialects.postgresql", "tools.medical.gates"),
                *(f"graphs.{graph_id}.graph" for graph_id in GRAPHS),
            },
        ),
        ("server.cli", {"langgraph", "langchain_core", "sqlalchemy", "fastapi"}),
    ],
)
def test_a_start_loads_nothing_heavy_that_it_does_not_need(module: str, heavy: set[str]) -> None:
    command = [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert heavy & set(loaded.stdout.split()) == set()
