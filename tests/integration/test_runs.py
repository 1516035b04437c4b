"""Starting runs, waiting for them, and what is refused."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import PROJECT, running

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
NOBODY = "11111111-1111-1111-1111-111111111111"


async def new_thread(client: httpx.AsyncClient) -> str:
    return (await client.post("/threads", json={})).json()["thread_id"]


async def test_a_new_thread_is_idle_and_empty(project_client: httpx.AsyncClient) -> None:
    created = (await project_client.post("/threads", json={"metadata": {"owner": "bob"}})).json()

    read = (await project_client.get(f"/threads/{created['thread_id']}")).json()
    state = (await project_client.get(f"/threads/{created['thread_id']}/state")).json()
    assert read == created
    assert (read["status"], read["values"], read["metadata"]) == ("idle", None, {"owner": "bob"})
    assert (state["values"], state["next"], state["checkpoint"]) == ({}, [], None)


async def test_waiting_answers_with_the_final_values(project_client: httpx.AsyncClient) -> None:
    thread = await new_thread(project_client)

    response = await project_client.post(
        f"/threads/{thread}/runs/wait", json={"assistant_id": "agent", "input": HELLO}
    )

    assert response.json()["steps"] == ["model", "after"]
    assert response.headers["location"].endswith("/join")
    state = (await project_client.get(f"/threads/{thread}/state")).json()
    assert state["values"] == response.json()
    assert state["metadata"]["run_id"] in response.headers["location"]


async def test_a_stateless_run_needs_no_thread(project_client: httpx.AsyncClient) -> None:
    body = {"assistant_id": "agent", "input": HELLO}

    waited = await project_client.post("/runs/wait", json=body)
    streamed = await project_client.post("/runs/stream", json=body)

    assert waited.json()["steps"] == ["model", "after"]
    assert streamed.headers["location"].startswith("/threads/")
    assert streamed.text.count("event: values") == 3


async def test_a_failure_is_told_in_the_body(project_client: httpx.AsyncClient) -> None:
    body = {"assistant_id": "agent", "input": HELLO | {"fail": True}}

    response = await project_client.post("/runs/wait", json=body)

    assert response.status_code == 200
    assert response.json() == {"__error__": {"error": "ValueError", "message": "boom from node"}}


async def test_an_interrupt_shows_in_the_values_and_can_be_answered(
    project_client: httpx.AsyncClient,
) -> None:
    thread = await new_thread(project_client)
    place = f"/threads/{thread}/runs/wait"

    asked = (await project_client.post(place, json={"assistant_id": "review", "input": {}})).json()
    waiting = (await project_client.get(f"/threads/{thread}")).json()
    answered = await project_client.post(place, json={"assistant_id": "review", "command": {"resume": "yes"}})

    assert [i["value"] for i in asked["__interrupt__"]] == [{"question": "Go on?"}]
    assert waiting["status"] == "interrupted"
    assert answered.json() == {"steps": ["first", "yes"]}


async def test_a_background_run_is_told_at_once_and_can_be_joined(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    thread = await new_thread(project_client)
    gate = tmp_path / "gate"
    body = {"assistant_id": "slow", "input": {"gate": str(gate)}, "metadata": {"m": 1}}

    created = await project_client.post(f"/threads/{thread}/runs", json=body)
    busy = (await project_client.get(f"/threads/{thread}")).json()["status"]
    gate.touch()
    joined = await project_client.get(f"{created.headers['content-location']}/join")

    run = created.json()
    assert (run["status"], run["metadata"]["m"], run["multitask_strategy"]) == ("pending", 1, "enqueue")
    assert busy == "busy"
    assert joined.json() == {"gate": str(gate), "steps": ["first", "wait"]}


async def test_runs_of_one_thread_run_one_after_the_other(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    thread = await new_thread(project_client)
    gate = tmp_path / "gate"
    body = {"assistant_id": "slow", "input": {"gate": str(gate)}}
    first = await project_client.post(f"/threads/{thread}/runs", json=body)

    second = await project_client.post(f"/threads/{thread}/runs", json=body)
    refused = await project_client.post(
        f"/threads/{thread}/runs", json=body | {"multitask_strategy": "reject"}
    )
    gate.touch()
    joined = await project_client.get(f"{second.headers['content-location']}/join")

    assert refused.status_code == 409
    assert joined.json()["steps"] == ["first", "wait", "first", "wait"]
    runs = [(await project_client.get(r.headers["content-location"])).json() for r in (first, second)]
    assert runs[0]["updated_at"] <= runs[1]["updated_at"]


async def test_leaving_a_stream_cancels_its_run_when_asked_to(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    thread = await new_thread(project_client)
    body = {"assistant_id": "slow", "input": {"gate": str(tmp_path / "never")}, "on_disconnect": "cancel"}

    async with project_client.stream("POST", f"/threads/{thread}/runs/stream", json=body) as response:
        async for line in response.aiter_lines():
            if "values" in line:
                break
    joined = await project_client.get(f"{response.headers['content-location']}/join")

    run = (await project_client.get(response.headers["content-location"])).json()
    assert joined.status_code == 200
    assert run["status"] == "interrupted"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"assistant_id": "nope"}, 422, "Invalid assistant: 'nope'"),
        ({"assistant_id": NOBODY}, 404, "Thread or assistant not found."),
        ({}, 422, "assistant_id: Field required"),
        ({"assistant_id": "agent", "stream_mode": ["nope"]}, 422, "stream_mode"),
        ({"assistant_id": "agent", "multitask_strategy": "nope"}, 422, "multitask_strategy"),
        ({"assistant_id": "agent", "webhook": "ftp://x"}, 422, "callback URL"),
        ({"assistant_id": "agent", "webhook": "http://127.0.0.1/x"}, 422, "private or local address"),
        ({"assistant_id": "agent", "webhook": "http://[::ffff:10.0.0.1]/x"}, 422, "private or local address"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_wrong_request_is_refused_before_anything_starts(
    project_client: httpx.AsyncClient, body: dict[str, Any], status: int, says: str
) -> None:
    thread = await new_thread(project_client)

    response = await project_client.post(f"/threads/{thread}/runs/stream", json=body)

    assert (response.status_code, says in response.json()["detail"]) == (status, True)
    assert (await project_client.get(f"/threads/{thread}")).json()["status"] == "idle"


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", f"/threads/{NOBODY}", 404, f"Thread with ID {NOBODY} not found"),
        ("GET", f"/threads/{NOBODY}/state", 404, f"Thread with ID {NOBODY} not found"),
        ("GET", "/threads/abc", 422, "Invalid thread ID: must be a UUID"),
        ("POST", f"/threads/{NOBODY}/runs/wait", 404, f"Thread with ID {NOBODY} not found"),
        ("GET", f"/threads/{NOBODY}/runs/{NOBODY}", 404, f"Run with ID {NOBODY} not found"),
        ("GET", "/nonexistent", 404, "Not Found"),
        ("PUT", "/threads", 405, "Method Not Allowed"),
    ],
)
async def test_what_is_not_there_is_named(
    project_client: httpx.AsyncClient, method: str, path: str, status: int, says: str
) -> None:
    response = await project_client.request(method, path, json={"assistant_id": "agent", "input": HELLO})

    assert (response.status_code, response.json()["detail"]) == (status, says)


@pytest.mark.parametrize("body", [b"{bad", b'{"thread_id": "\\ud800"}', b"\xff"])
async def test_a_body_that_is_no_json_is_a_422(project_client: httpx.AsyncClient, body: bytes) -> None:
    response = await project_client.post("/threads", content=body)

    assert (response.status_code, response.json()["detail"]) == (422, "Invalid JSON in request body")


async def test_json_may_come_as_any_content_type(project_client: httpx.AsyncClient) -> None:
    response = await project_client.post("/threads", content=b"{}", headers={"content-type": "text/plain"})

    assert response.status_code == 200


async def test_a_thread_id_can_be_chosen_once(project_client: httpx.AsyncClient) -> None:
    chosen = {"thread_id": "0197a7d0-0000-7000-8000-000000000001"}

    first = await project_client.post("/threads", json=chosen)
    second = await project_client.post("/threads", json=chosen)
    same = await project_client.post("/threads", json=chosen | {"if_exists": "do_nothing"})

    assert (first.status_code, second.status_code, same.status_code) == (200, 409, 200)
    assert second.json()["detail"] == f"Thread with ID {chosen['thread_id']} already exists"


async def test_a_run_may_create_its_thread(project_client: httpx.AsyncClient) -> None:
    thread = "0197a7d0-0000-7000-8000-000000000002"
    body = {"assistant_id": "agent", "input": HELLO, "if_not_exists": "create"}

    await project_client.post(f"/threads/{thread}/runs/wait", json=body)

    assert (await project_client.get(f"/threads/{thread}")).json()["status"] == "idle"


async def test_a_run_that_takes_too_long_ends_with_timeout(tmp_path: Path) -> None:
    settings = Settings(PORT=0, DATA_DIR=tmp_path, SCRIPTORIUM_CONFIG=PROJECT, BG_JOB_TIMEOUT_SECS=0.1)  # type: ignore[call-arg]
    with running(settings) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            body = {"assistant_id": "slow", "input": {"gate": str(tmp_path / "never")}}
            response = await client.post("/runs/wait", json=body)
            run = (await client.get(response.headers["content-location"])).json()

    assert response.json()["__error__"]["error"] == "RunTimeout"
    assert run["status"] == "timeout"
