"""The official server gives the recorded answers on the conformance project: ours is held to the truth.

``langgraph dev`` runs the very project that ours does, and is asked the very requests. It is not among the
project's dependencies (Elastic licence): see test_langgraph_dev.py for how to have it tried.
"""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.conformance import facts, findings, golden
from tests.conformance.conftest import ask_everything
from tests.conftest import CONFORMANCE_PROJECT
from tests.fixtures.redis_servers import wait_until


@pytest.fixture
def official_url(tmp_path: Path) -> Iterator[str]:
    """The address of ``langgraph dev`` on a copy of the project, for it writes into its folder."""
    command = shutil.which("langgraph")
    if command is None:
        pytest.skip("THE OFFICIAL SERVER IS NOT COMPARED: no `langgraph` on PATH")
    project = shutil.copytree(CONFORMANCE_PROJECT.parent, tmp_path / "project")
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    call = [command, "dev", "--no-browser", "--no-reload", "--allow-blocking", "--port", str(port)]
    call += ["--n-jobs-per-worker", "30"]
    environment = os.environ | {"LANGSMITH_TRACING": "false"}
    url = f"http://127.0.0.1:{port}"
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(call, cwd=project, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            wait_until(lambda: _answers(url))
            yield url
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ok").is_success
    except httpx.HTTPError:
        return False


def test_the_official_server_answers_as_recorded(official_url: str) -> None:
    recorded = golden.load()

    answers = asyncio.run(ask_everything(official_url))

    unlike = {
        name: str(found)
        for name, kept in recorded.items()
        for found in findings.compare(
            kept.facts, facts.facts(answers[name], facts.form) | {"open": answers[name].was_open}
        )
    }
    # How far a run had come before it was stopped is the clock's.
    assert unlike.keys() <= {"06-cancel-wait", "06-cancel-rollback", "00-cors-preflight"}, unlike
