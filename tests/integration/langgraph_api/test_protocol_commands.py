"""The commands of the thread-centric protocol, against the captures of the official server."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from server.api.langgraph.protocol import commands
from tests.fixtures.protocol import HELLO, brief, command, start, told

GONE = "Unknown or already-consumed interrupt: {}"


async def interrupt_of(client: httpx.AsyncClient, thread: str) -> str:
    """What a thread asks, once it does."""
    events = await told(client, thread, channels=["input"])
    return events[-1]["params"]["data"]["interrupt_id"]


async def values_of(client: httpx.AsyncClient, thread: str) -> dict[str, Any]:
    return (await client.get(f"/threads/{thread}/state")).json()["values"]


async def test_run_start_makes_the_thread_and_answers_with_the_run(project_client: httpx.AsyncClient) -> None:
    thread = str(uuid4())

    answer = await command(project_client, thread, "run.start", assistant_id="agent", input=HELLO)

    run = (await project_client.get(f"/threads/{thread}/runs/{answer['result']['run_id']}")).json()
    assert answer == {
        "type": "success",
        "id": 1,
        "result": {"run_id": run["run_id"]},
        "meta": {"applied_through_seq": 0},
    }


async def test_run_start_keeps_metadata_and_config(project_client: httpx.AsyncClient) -> None:
    config = {"configurable": {"tone": "dry"}, "tags": ["x"]}

    thread, run_id = await start(project_client, "agent", HELLO, metadata={"a": 1}, config=config)

    run = (await project_client.get(f"/threads/{thread}/runs/{run_id}")).json()
    assert run["metadata"]["a"] == 1
    assert run["kwargs"]["config"]["configurable"]["tone"] == "dry"


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (
            {"method": "run.start"},
            400,
            {
                "type": "error",
                "id": None,
                "error": "invalid_argument",
                "message": "Protocol commands must include an integer id and string method.",
            },
        ),
        (
            {"id": 6, "method": "run.start", "params": {"input": {}}},
            200,
            {
                "type": "error",
                "id": 6,
                "error": "invalid_argument",
                "message": "run.start requires an assistant_id.",
            },
        ),
        (
            {"id": 4, "method": "state.get", "params": {}},
            200,
            {
                "type": "error",
                "id": 4,
                "error": "unknown_command",
                "message": "Unknown protocol command: state.get",
            },
        ),
        (
            {"id": 5, "method": "agent.getTree", "params": {}},
            200,
            {
                "type": "error",
                "id": 5,
                "error": "no_such_run",
                "message": "No active run is bound to this thread.",
            },
        ),
        (
            {"id": 2, "method": "input.respond", "params": {"interrupt_id": "nope", "response": "x"}},
            200,
            {"type": "error", "id": 2, "error": "no_such_interrupt", "message": GONE.format("nope")},
        ),
    ],
    ids=["malformed", "no assistant", "unknown", "tree", "no interrupt"],
)
async def test_a_refusal_is_the_captured_one(
    project_client: httpx.AsyncClient, body: dict[str, Any], status: int, expected: dict[str, Any]
) -> None:
    response = await project_client.post(f"/threads/{uuid4()}/commands", json=body)

    assert (response.status_code, response.json()) == (status, expected)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"assistant_id": "zzz"}, "unknown_error"),
        ({"assistant_id": "agent", "multitaskStrategy": "zzz"}, "invalid_argument"),
    ],
)
async def test_a_run_that_cannot_be_started_leaves_no_thread(
    project_client: httpx.AsyncClient, params: dict[str, Any], code: str
) -> None:
    thread = str(uuid4())

    answer = await command(project_client, thread, "run.start", **params)

    assert answer["error"] == code
    assert (await project_client.get(f"/threads/{thread}")).status_code == 404


async def test_an_unknown_assistant_is_told_with_its_status(project_client: httpx.AsyncClient) -> None:
    answer = await command(project_client, str(uuid4()), "run.start", assistant_id="zzz", input={})

    assert answer["message"].startswith("422: Invalid assistant: 'zzz'. Must be either:\n")


async def test_the_strategy_for_a_busy_thread_is_spelled_in_camel_case(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    thread, _ = await start(project_client, "slow", {"gate": str(gate)})

    answer = await command(
        project_client, thread, "run.start", assistant_id="slow", input={}, multitaskStrategy="reject"
    )
    await asyncio.to_thread(gate.touch)

    assert answer["error"] == "unknown_error"
    assert answer["message"].startswith("409: Thread is already running a task.")


async def test_an_answer_resumes_the_run(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "review", {})
    asked = await interrupt_of(project_client, thread)

    answer = await command(
        project_client, thread, "input.respond", namespace=[], interrupt_id=asked, response="yes"
    )

    assert answer == {"type": "success", "id": 1, "result": {}, "meta": {"applied_through_seq": 0}}
    lifecycle = await told(project_client, thread, runs=2, channels=["lifecycle"])
    assert [brief(e) for e in lifecycle][2:] == ["lifecycle running", "lifecycle completed"]
    assert await values_of(project_client, thread) == {"steps": ["first", "yes"]}


async def test_several_answers_may_come_together_with_an_update(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "review", {})
    asked = await interrupt_of(project_client, thread)
    responses = [{"namespace": [], "interrupt_id": asked, "response": "yes"}]

    await command(project_client, thread, "input.respond", responses=responses, update={"steps": ["updated"]})

    await told(project_client, thread, runs=2)
    assert await values_of(project_client, thread) == {"steps": ["first", "updated", "yes"]}


async def test_an_interrupt_is_answered_once(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "review", {})
    asked = await interrupt_of(project_client, thread)
    await command(project_client, thread, "input.respond", interrupt_id=asked, response="yes")

    again = await command(project_client, thread, "input.respond", interrupt_id=asked, response="no")

    assert again["error"] == "no_such_interrupt"
    assert await values_of(project_client, thread) == {"steps": ["first", "yes"]}


async def test_of_two_answers_at_once_one_counts(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "review", {})
    asked = await interrupt_of(project_client, thread)

    answers = await asyncio.gather(
        *(
            command(project_client, thread, "input.respond", interrupt_id=asked, response=word)
            for word in ("yes", "no")
        )
    )

    assert sorted(answer["type"] for answer in answers) == ["error", "success"]


async def test_an_answer_waits_for_a_run_that_is_about_to_ask(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "review", {})
    asked = await interrupt_of(project_client, thread)
    await command(project_client, thread, "run.start", assistant_id="review", input=None)

    answer = await command(project_client, thread, "input.respond", interrupt_id=asked, response="yes")

    assert answer["type"] == "success"


async def test_an_answer_to_a_thread_that_stays_busy_is_refused(
    project_client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "PATIENCE_SECONDS", 0.05)
    gate = tmp_path / "gate"
    thread, _ = await start(project_client, "slow", {"gate": str(gate)})

    answer = await command(project_client, thread, "input.respond", interrupt_id="x", response="yes")
    await asyncio.to_thread(gate.touch)

    assert answer["error"] == "no_such_interrupt"


@pytest.mark.parametrize("params", [{}, {"interrupt_id": "x"}, {"responses": []}, {"responses": "x"}])
async def test_an_answer_without_its_parts_is_refused(
    project_client: httpx.AsyncClient, params: dict[str, Any]
) -> None:
    answer = await command(project_client, str(uuid4()), "input.respond", **params)

    assert answer["error"] == "invalid_argument"


async def test_an_input_for_a_thread_that_asks_is_the_answer(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "review", {})
    await interrupt_of(project_client, thread)

    await command(project_client, thread, "run.start", assistant_id="review", input="yes")

    await told(project_client, thread, runs=2)
    assert await values_of(project_client, thread) == {"steps": ["first", "yes"]}


async def test_a_run_may_fork_from_a_checkpoint(project_client: httpx.AsyncClient) -> None:
    thread, _ = await start(project_client, "agent", HELLO)
    checkpoints = [
        event["params"]["data"] for event in await told(project_client, thread, channels=["checkpoints"])
    ]
    after_model = next(one["id"] for one in checkpoints if one["step"] == 1)

    config = {"configurable": {"checkpoint_id": after_model}}
    await command(project_client, thread, "run.start", assistant_id="agent", input=None, config=config)

    events = await told(project_client, thread, runs=2, channels=["updates", "lifecycle"])
    second = [brief(e) for e in events].index("lifecycle running", 1)
    assert [e["params"]["data"]["node"] for e in events[second:] if e["method"] == "updates"] == ["after"]


async def test_a_subscription_over_http_ends_with_its_request(project_client: httpx.AsyncClient) -> None:
    answer = await command(project_client, str(uuid4()), "subscription.subscribe", channels=["values"])

    assert answer["type"] == "success"
