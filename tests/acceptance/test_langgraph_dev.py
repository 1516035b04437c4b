"""``langgraph dev`` keeps the threads of this project's graphs in Redis, as langgraph.json says.

The command line is not among the project's dependencies: its server, langgraph-api, has the Elastic licence.
Install ``langgraph-cli[inmem]`` beside the project in an environment of its own, and put that one's
``bin`` on PATH.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.checkpoint import RedisSaver
from tests.fixtures.redis_servers import wait_until

ROOT = Path(__file__).parents[2]
PARTS = ["graphs", "tools", "server", "prompts", "configs", "langgraph.json", "pyproject.toml", "README.md"]


@pytest.fixture
def langgraph_dev(redis_url: str, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of ``langgraph dev`` on a copy of the project, for it writes into its folder."""
    command = shutil.which("langgraph")
    if command is None:
        pytest.skip("langgraph dev is not tested: no `langgraph` on PATH (see this file's first lines)")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)
    (tmp_path / ".env").touch()
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"REDIS_URL": redis_url, "LANGSMITH_TRACING": "false"}
    call = [command, "dev", "--no-browser", "--no-reload", "--port", str(port)]
    with (
        (tmp_path / "log").open("wb") as log,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        subprocess.Popen(call, cwd=tmp_path, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            wait_until(lambda: _answers(client))
            yield client
        finally:
            server.terminate()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/ok").is_success
    except httpx.HTTPError:
        return False


def post(client: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    response = client.post(path, json=body)
    response.raise_for_status()
    return response.json()


def test_langgraph_dev_keeps_copies_and_deletes_threads_in_redis(
    langgraph_dev: httpx.Client, redis_url: str
) -> None:
    text = {"text": '"Hello," said Mary.', "language": "en"}
    thread = post(langgraph_dev, "/threads", {})["thread_id"]
    post(langgraph_dev, f"/threads/{thread}/runs/wait", {"assistant_id": "characters", "input": text})
    twin = post(langgraph_dev, f"/threads/{thread}/copy", {})["thread_id"]

    with RedisSaver.from_conn_string(redis_url) as saver:
        stored = [list(saver.list({"configurable": {"thread_id": name}})) for name in (thread, twin)]
        assert len(stored[0]) == len(stored[1]) > 1
        assert (
            langgraph_dev.get(f"/threads/{thread}/history").json()[0]["checkpoint_id"]
            == (stored[0][0].checkpoint["id"])
        )

        langgraph_dev.delete(f"/threads/{thread}").raise_for_status()
        assert list(saver.list({"configurable": {"thread_id": thread}})) == []
        assert len(list(saver.list({"configurable": {"thread_id": twin}}))) == len(stored[1])
