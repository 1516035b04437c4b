"""The official server and ours, asked the same: ours is held to the truth.

``langgraph dev`` runs the very projects that ours does. CONTRIBUTING.md says how to have it tried.
"""

import asyncio
import importlib
from pathlib import Path

import pytest

from tests.clients.transcript.differences import undeclared
from tests.conformance import facts, findings, golden
from tests.conformance.conftest import ask_everything
from tests.conformance.differences import INSTALLATION
from tests.conftest import CONFORMANCE_PROJECT
from tests.fixtures.langgraph_dev import langgraph_dev
from tests.fixtures.served_projects import FIXTURES, serving


def test_the_official_server_answers_as_recorded(tmp_path: Path) -> None:
    recorded = golden.load()

    with langgraph_dev(CONFORMANCE_PROJECT.parent, tmp_path) as official_url:
        answers = asyncio.run(ask_everything(official_url))

    unlike = {
        name: str(found)
        for name, kept in recorded.items()
        for found in findings.compare(
            kept.facts, facts.facts(answers[name], facts.form) | {"open": answers[name].was_open}
        )
        if not INSTALLATION.covers(name, found)
    }
    # How far a run had come before it was stopped is the clock's.
    assert unlike.keys() <= {"06-cancel-wait", "06-cancel-rollback", "00-cors-preflight"}, unlike


@pytest.mark.timeout(400)  # two servers, and some fifty steps with each
@pytest.mark.parametrize(
    ("name", "project"), [("basics", "conformance_project"), ("agents", "agents_project")]
)
def test_a_clients_script_has_the_same_transcript_on_both(name: str, project: str, tmp_path: Path) -> None:
    script = importlib.import_module(f"tests.clients.transcript.{name}").script
    with langgraph_dev(FIXTURES / project, tmp_path) as official_url:
        official = asyncio.run(script.play(official_url))

    with serving(FIXTURES / project / "langgraph.json", tmp_path / "data", N_JOBS_PER_WORKER=30) as server:
        ours = asyncio.run(script.play(server.url))

    unlike = {
        step: said
        for step, told in official.items()
        if (said := undeclared(step, findings.compare(told, ours[step])))
    }
    assert unlike == {}
