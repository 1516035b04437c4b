"""The model server's log, and what can be changed while it runs."""

import asyncio
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals.model_server import Answers, Fault, Faults, ModelServer, Pace, model_server
from tests.fixtures.redis_servers import wait_until

_ROOT = Path(__file__).parents[3]
_README = _ROOT / "evals" / "model_server" / "README.md"
_COMMAND = re.compile(r"^python -m evals\.model_server .*$", re.MULTILINE)
_SECRET = "sk-very-secret"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture
def client(server: ModelServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {_SECRET}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        yield client


def _ask(client: httpx.Client, text: str = "hi") -> httpx.Response:
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return client.post("/v1/chat/completions", json=body)


def _said(response: httpx.Response) -> str:
    return response.json()["choices"][0]["message"]["content"]


def test_log_tells_everything_but_the_key(client: httpx.Client) -> None:
    _ask(client, "hello")
    log = client.get("/_log")
    request = log.json()["requests"][0]

    assert request["body"]["messages"][0]["content"] == "hello"
    assert (request["method"], request["path"], request["model"]) == ("POST", "/v1/chat/completions", "m")
    assert request["outcome"] == "answered"
    assert re.fullmatch(r"[0-9a-f]{8}", request["key_id"])
    assert _SECRET not in log.text


def test_prompt_that_is_asked_twice_is_found(server: ModelServer, client: httpx.Client) -> None:
    for text in ("one", "two", "one"):
        _ask(client, text)

    assert [*server.log.repeated().values()] == [1]


def test_prompt_that_is_asked_again_after_a_fault_is_not_repeated(
    server: ModelServer, client: httpx.Client
) -> None:
    server.faults = Faults.play(Fault.UNAVAILABLE, Fault.EMPTY)
    for _ in range(3):
        _ask(client)

    assert server.log.repeated() == {}


def test_log_can_be_emptied(server: ModelServer, client: httpx.Client) -> None:
    _ask(client)
    client.delete("/_log")

    assert server.requests() == []


def test_faults_can_be_changed(client: httpx.Client) -> None:
    changed = client.post("/_faults", json={"at": {"1": "unavailable"}})

    assert changed.status_code == 204
    assert [_ask(client).status_code for _ in range(2)] == [503, 200]


@pytest.mark.parametrize(
    "values",
    [
        {"mode": "oracle", "gold": {"hi": "four"}},
        {"mode": "scripted", "answers": ["four"]},
        {"mode": "scripted", "rules": [{"match": "^hi$", "answers": ["four"]}]},
    ],
    ids=["oracle", "scripted", "rules"],
)
def test_answers_can_be_changed(client: httpx.Client, values: dict[str, Any]) -> None:
    client.post("/_answers", json=values)

    assert _said(_ask(client)) == "four"


def test_what_was_logged_can_be_replayed(server: ModelServer, client: httpx.Client) -> None:
    first = _said(_ask(client))
    recorded = {request.prompt_hash: request.answer for request in server.requests()}
    client.post("/_answers", json={"mode": "replay", "recorded": recorded})

    assert _said(_ask(client)) == first
    assert _ask(client, "another question").status_code == 400


@pytest.mark.parametrize(("path", "values"), [("/_faults", {"kinds": ["luck"]}), ("/_answers", {})])
def test_change_that_makes_no_sense_is_refused(client: httpx.Client, path: str, values: Any) -> None:
    assert client.post(path, json=values).status_code == 422


async def test_peak_of_requests_in_flight_is_counted(server: ModelServer) -> None:
    server.pace = Pace(latency_seconds=0.3)
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    async with httpx.AsyncClient(base_url=server.url) as client:
        await asyncio.gather(*[client.post("/v1/chat/completions", json=body) for _ in range(5)])

    assert (server.log.peak, server.log.in_flight) == (5, 0)


def test_client_that_leaves_ends_its_request(server: ModelServer, client: httpx.Client) -> None:
    server.faults = Faults.play(Fault.STALL)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/chat/completions", json={"model": "m", "messages": [{"role": "user"}]}, timeout=1.0)
    wait_until(lambda: server.log.in_flight == 0)
    _ask(client)

    assert [request.outcome for request in server.requests()] == ["client_left", "answered"]


def test_known_keys_open_and_others_do_not() -> None:
    with model_server(Answers.random(), keys=[_SECRET]) as server:
        url, body = f"{server.url}/v1/models", {"Authorization": f"Bearer {_SECRET}"}
        outcomes = [httpx.get(url, headers=headers, timeout=60).status_code for headers in (body, {})]

    assert outcomes == [200, 401]


def test_example_of_the_documents_runs() -> None:
    example = re.search(r"```python[^\n]*\n(.*?)```", _README.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None

    exec(example[1], {})  # noqa: S102 - it is this repository's own


@pytest.mark.parametrize("command", _COMMAND.findall(_README.read_text(encoding="utf-8")))
def test_command_of_the_documents_serves(command: str, tmp_path: Path) -> None:
    (tmp_path / "gold.json").write_text('{"hi": "four"}')
    words = [word for word in shlex.split(command)[1:] if not word.startswith("#")]
    words[words.index("--port") + 1] = "0"
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=tmp_path,
        env={"PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        try:
            assert (
                httpx.get(f"{url}/v1/models", headers={"Authorization": "Bearer k"}, timeout=60).status_code
                < 600
            )
        finally:
            process.terminate()
