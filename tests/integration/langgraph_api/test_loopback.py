"""A graph reaches the API of its own server by get_client() without a URL."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fixtures import loaded_process
from tests.fixtures.served_projects import AUTH_PROJECT, HTTP_PROJECT, project, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(HTTP_PROJECT, tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        yield client


@pytest.mark.parametrize("made", ["at import", "in the node"])
async def test_a_client_without_a_url_calls_this_server(http: httpx.AsyncClient, made: str) -> None:
    body = {"assistant_id": "calling", "input": {"value": 21, "made": made}}

    told = (await http.post("/runs/wait", json=body)).json()

    assert (told["value"], told["events"]) == (42, ["metadata", "updates"])


def test_calls_from_within_need_no_login(tmp_path: Path) -> None:
    source = (HTTP_PROJECT.parent / "http_app.py").read_text(encoding="utf-8")
    (tmp_path / "project").mkdir()
    auth = (AUTH_PROJECT.parent / "auth_graphs.py").read_text(encoding="utf-8")
    (tmp_path / "project" / "loop_auth.py").write_text(auth, encoding="utf-8")
    graphs = {"double": "./loop_graphs.py:doubling", "calling": "./loop_graphs.py:calling"}
    keys: dict[str, Any] = {"graphs": graphs, "auth": {"path": "./loop_auth.py:auth"}}
    config = project(tmp_path / "project", "loop_graphs", source, **keys)

    with serving(config, tmp_path / "data") as server:
        body = {"assistant_id": "calling", "input": {"value": 2}}
        headers = {"authorization": "Bearer ann-token"}
        answer = httpx.post(f"{server.url}/runs/wait", json=body, headers=headers, timeout=30)

    assert answer.json()["value"] == 4


def test_a_worker_without_a_port_answers_its_graphs(tmp_path: Path, redis_url: str) -> None:
    script = f"""
import asyncio
from pathlib import Path
from configs.settings import Settings
from server.resources import open_resources
from server.runs.job import RunRequest
from server.worker import working

async def main():
    settings = Settings(DATA_DIR=Path({str(tmp_path)!r}), SCRIPTORIUM_CONFIG=Path({str(HTTP_PROJECT)!r}))
    async with open_resources(settings) as resources, working(resources):
        run = await resources.runs.create_run(RunRequest(assistant_id="calling", input={{"value": 3}}))
        while not await resources.runs.is_finished(run.run_id):
            await asyncio.sleep(0.05)
        print("value", (await resources.states.output(await resources.runs.run(run.run_id)))["value"])

asyncio.run(main())
"""
    result = loaded_process.call("-c", script, environment=os.environ, program="python")

    assert "value 6" in result.stdout, result.stderr
