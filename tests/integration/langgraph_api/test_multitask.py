"""A run for a thread that is busy: what becomes of it, and of the runs before it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fixtures.busy_threads import at_the_gate, begin, new_thread


async def second(client: httpx.AsyncClient, thread: str, strategy: str) -> httpx.Response:
    """A run that ends by itself, waited for."""
    body = {"assistant_id": "review", "input": {"steps": ["second"]}, "multitask_strategy": strategy}
    return await client.post(f"/threads/{thread}/runs/wait", json=body)


async def statuses(client: httpx.AsyncClient, thread: str) -> list[tuple[str, str]]:
    select = [("select", "status"), ("select", "multitask_strategy")]
    runs = (await client.get(f"/threads/{thread}/runs", params=select)).json()
    return [(run["status"], run["multitask_strategy"]) for run in runs]


async def test_interrupt_ends_the_run_before_and_keeps_its_steps(
    project_client: httpx.AsyncClient, thread: str, gate: str
) -> None:
    await at_the_gate(project_client, thread, gate)

    answer = await second(project_client, thread, "interrupt")

    assert answer.json()["steps"] == ["first", "second", "first"]
    assert await statuses(project_client, thread) == [("success", "interrupt"), ("interrupted", "enqueue")]


async def test_rollback_removes_the_run_before_with_its_steps(
    project_client: httpx.AsyncClient, thread: str, gate: str
) -> None:
    first = await at_the_gate(project_client, thread, gate)

    answer = await second(project_client, thread, "rollback")

    assert answer.json()["steps"] == ["second", "first"]
    assert await statuses(project_client, thread) == [("success", "rollback")]
    assert (await project_client.get(first)).status_code == 404


async def test_rollback_starts_from_the_state_before_the_run_that_it_removes(
    project_client: httpx.AsyncClient, thread: str, gate: str
) -> None:
    await project_client.post(
        f"/threads/{thread}/runs/wait", json={"assistant_id": "review", "input": {"steps": ["kept"]}}
    )
    await at_the_gate(project_client, thread, gate)

    answer = await second(project_client, thread, "rollback")

    assert answer.json()["steps"] == ["kept", "first", "second", "first"]


async def test_the_stream_of_a_rolled_back_run_closes_without_an_error(
    project_client: httpx.AsyncClient, thread: str, gate: str
) -> None:
    body = {"assistant_id": "slow", "input": {"gate": gate}, "stream_mode": ["custom"]}
    lines: list[str] = []

    async with project_client.stream("POST", f"/threads/{thread}/runs/stream", json=body) as response:
        async for line in response.aiter_lines():
            if "waiting" in line:
                await second(project_client, thread, "rollback")
            lines.append(line)

    assert "event: error" not in lines


@pytest.mark.parametrize(
    ("strategy", "left"),
    [
        ("interrupt", [("success", "interrupt"), ("interrupted", "enqueue"), ("interrupted", "enqueue")]),
        ("rollback", [("success", "rollback")]),
    ],
)
async def test_runs_that_wait_are_displaced_as_well(
    project_client: httpx.AsyncClient,
    thread: str,
    gate: str,
    strategy: str,
    left: list[tuple[str, str]],
) -> None:
    for _ in range(2):
        await begin(project_client, thread, assistant_id="slow", input={"gate": gate})

    await second(project_client, thread, strategy)

    assert await statuses(project_client, thread) == left


async def test_reject_refuses_the_new_run_and_leaves_the_one_before(
    project_client: httpx.AsyncClient, thread: str, gate: str
) -> None:
    await begin(project_client, thread, assistant_id="slow", input={"gate": gate})

    answer = await second(project_client, thread, "reject")

    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("Thread is already running a task.")
    assert len(await statuses(project_client, thread)) == 1


async def test_enqueue_runs_after_the_one_before(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    await begin(project_client, thread, assistant_id="slow", input={"gate": str(gate)})
    place = await begin(project_client, thread, assistant_id="review", input={"steps": ["second"]})

    gate.touch()
    joined = await project_client.get(f"{place}/join")

    assert joined.json()["steps"] == ["first", "wait", "second", "first"]


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    return await new_thread(project_client)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[str]:
    """The name of a file that is not there until the end."""
    yield str(tmp_path / "gate")
    (tmp_path / "gate").touch()
