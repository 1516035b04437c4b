"""How interrupted runs go on."""

from typing import Any

import httpx
import pytest

from tests.fixtures.busy_threads import new_thread

UNKNOWN = "0" * 32


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    return await new_thread(project_client)


async def wait(client: httpx.AsyncClient, thread: str, assistant: str, **body: Any) -> dict[str, Any]:
    request = {"assistant_id": assistant} | body
    return (await client.post(f"/threads/{thread}/runs/wait", json=request)).json()


async def asked(client: httpx.AsyncClient, thread: str) -> dict[str, str]:
    """Ask two questions at a time; the ids of the interrupts by their questions."""
    values = await wait(client, thread, "questions", input={})
    return {interrupt["value"]: interrupt["id"] for interrupt in values["__interrupt__"]}


async def test_several_interrupts_are_answered_by_their_ids(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    ids = await asked(project_client, thread)

    answers = {ids["left"]: "yes", ids["right"]: "no"}
    values = await wait(project_client, thread, "questions", command={"resume": answers})

    assert sorted(values["steps"]) == ["left yes", "right no"]


async def test_an_interrupt_that_was_not_answered_goes_on_waiting(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    ids = await asked(project_client, thread)

    values = await wait(project_client, thread, "questions", command={"resume": {ids["left"]: "yes"}})

    assert [interrupt["id"] for interrupt in values["__interrupt__"]] == [ids["right"]]
    assert (await project_client.get(f"/threads/{thread}")).json()["status"] == "interrupted"


async def test_a_run_that_stops_at_an_interrupt_has_succeeded(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    await asked(project_client, thread)

    [run] = (await project_client.get(f"/threads/{thread}/runs")).json()
    assert run["status"] == "success"


async def test_a_strict_answer_to_nothing_that_waits_fails_the_run(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    await asked(project_client, thread)

    answer = {"command": {"resume": {UNKNOWN: "yes"}}, "strict_resume": True}
    values = await wait(project_client, thread, "questions", **answer)

    assert values["__error__"]["error"] == "UnknownInterruptError"
    state = (await project_client.get(f"/threads/{thread}/state")).json()
    assert len(state["interrupts"]) == 2


async def test_an_update_comes_with_an_answer(project_client: httpx.AsyncClient, thread: str) -> None:
    await wait(project_client, thread, "review", input={"steps": ["s0"]})

    command = {"resume": "yes", "update": {"steps": ["updated"]}}
    values = await wait(project_client, thread, "review", command=command)

    assert values["steps"] == ["s0", "first", "updated", "yes"]


async def test_an_update_may_be_pairs(project_client: httpx.AsyncClient, thread: str) -> None:
    await wait(project_client, thread, "review", input={})

    command = {"resume": "yes", "update": [["steps", ["one"]], ["steps", ["two"]]]}
    values = await wait(project_client, thread, "review", command=command)

    assert values["steps"] == ["first", "one", "two", "yes"]


@pytest.mark.parametrize(
    "goto",
    ["after", ["after"], {"node": "after", "input": {"steps": []}}],
    ids=["a node", "some nodes", "a node with its input"],
)
async def test_a_run_goes_to_the_nodes_that_it_is_sent_to(
    project_client: httpx.AsyncClient, thread: str, goto: Any
) -> None:
    values = await wait(
        project_client, thread, "agent", command={"goto": goto, "update": {"messages": [["user", "hi"]]}}
    )

    assert "after" in values["steps"]
