"""The SDK's runs."""

from typing import Any

import pytest
from langgraph_sdk.errors import ConflictError, NotFoundError

from tests.clients.python.calls import HELLO, LONG, done, parts

ALL_MODES = ["values", "updates", "messages-tuple", "custom", "tasks", "checkpoints", "debug"]


async def test_a_run_is_streamed_in_every_mode(client: Any, thread_id: str) -> None:
    told = await parts(client.runs.stream(thread_id, "agent", input=HELLO, stream_mode=ALL_MODES))

    assert {part.event for part in told} == {
        *("metadata", "values", "updates", "messages", "custom", "tasks", "checkpoints", "debug")
    }


async def test_a_run_is_streamed_as_langchain_events(client: Any, thread_id: str) -> None:
    told = await parts(client.runs.stream(thread_id, "agent", input=HELLO, stream_mode="events"))

    assert {"on_chain_start", "on_chat_model_stream", "on_chain_end"} <= {
        part.data["event"] for part in told if part.event == "events"
    }


async def test_messages_come_whole_so_far(client: Any, thread_id: str) -> None:
    told = await parts(client.runs.stream(thread_id, "agent", input=HELLO, stream_mode="messages"))

    last = [part for part in told if part.event == "messages/partial"][-1]
    assert last.data[0]["content"] == "Hello from fake model"


async def test_a_subgraphs_events_name_it(client: Any, thread_id: str) -> None:
    stream = client.runs.stream(thread_id, "parent", input=HELLO, stream_subgraphs=True)

    assert any(part.event.startswith("values|child:") for part in await parts(stream))


async def test_a_run_without_thread_is_waited_for(client: Any) -> None:
    assert (await done(client.runs.wait(None, "agent", input=HELLO)))["steps"] == ["model", "after"]


async def test_what_a_run_failed_with_is_raised(client: Any, thread_id: str) -> None:
    with pytest.raises(Exception, match="boom from node"):
        await done(client.runs.wait(thread_id, "agent", input=HELLO | {"fail": True}))


async def test_a_background_run_is_read_joined_and_listed(client: Any, thread_id: str) -> None:
    run = await done(client.runs.create(thread_id, "slow", input={"sleep": 1}, metadata={"m": 1}))
    result = await done(client.runs.join(thread_id, run["run_id"]))
    read = await done(client.runs.get(thread_id, run["run_id"]))
    listed = await done(client.runs.list(thread_id, status="success", select=["run_id", "status"]))

    assert result["steps"] == ["slow1", "slow2"]
    assert (read["status"], read["metadata"]["m"]) == ("success", 1)
    assert listed == [{"run_id": run["run_id"], "status": "success"}]


async def test_runs_are_begun_together(client: Any) -> None:
    runs = await done(
        client.runs.create_batch([{"assistant_id": "agent", "input": HELLO}, {"assistant_id": "echo"}])
    )

    assert len({run["assistant_id"] for run in runs}) == len({run["thread_id"] for run in runs}) == 2


async def test_a_stream_is_joined_again_from_its_beginning(client: Any, thread_id: str) -> None:
    run = await done(client.runs.create(thread_id, "agent", input=HELLO, stream_resumable=True))
    await done(client.runs.join(thread_id, run["run_id"]))

    told = await parts(client.runs.join_stream(thread_id, run["run_id"], last_event_id="-"))

    assert [part.event for part in told] == ["metadata", "values", "values", "values"]
    assert all(part.id for part in told)


async def test_a_cancelled_run_is_interrupted(client: Any, thread_id: str) -> None:
    run = await done(client.runs.create(thread_id, "slow", input=LONG))

    await done(client.runs.cancel(thread_id, run["run_id"], wait=True))

    assert (await done(client.runs.get(thread_id, run["run_id"])))["status"] == "interrupted"


async def test_a_rolled_back_run_is_gone(client: Any, thread_id: str) -> None:
    run = await done(client.runs.create(thread_id, "slow", input=LONG))

    await done(client.runs.cancel(thread_id, run["run_id"], wait=True, action="rollback"))

    with pytest.raises(NotFoundError):
        await done(client.runs.get(thread_id, run["run_id"]))


async def test_runs_are_cancelled_together(client: Any, thread_id: str) -> None:
    run = await done(client.runs.create(thread_id, "slow", input=LONG, after_seconds=60))

    await done(client.runs.cancel_many(thread_id=thread_id, run_ids=[run["run_id"]]))

    assert (await done(client.runs.get(thread_id, run["run_id"])))["status"] == "interrupted"


async def test_a_deleted_run_is_gone(client: Any, thread_id: str) -> None:
    run = await done(client.runs.create(thread_id, "agent", input=HELLO))
    await done(client.runs.join(thread_id, run["run_id"]))

    await done(client.runs.delete(thread_id, run["run_id"]))

    with pytest.raises(NotFoundError):
        await done(client.runs.get(thread_id, run["run_id"]))


async def test_a_busy_thread_refuses_another_run_if_asked_to(client: Any, thread_id: str) -> None:
    run = await done(client.runs.create(thread_id, "slow", input=LONG))
    with pytest.raises(ConflictError):
        await done(client.runs.create(thread_id, "agent", input=HELLO, multitask_strategy="reject"))
    await done(client.runs.cancel(thread_id, run["run_id"], wait=True))


async def test_a_question_is_answered(client: Any, thread_id: str) -> None:
    asked = await done(client.runs.wait(thread_id, "hitl", input={"steps": []}))
    answered = await done(client.runs.wait(thread_id, "hitl", command={"resume": "yes"}))

    assert asked["__interrupt__"][0]["value"]["question"] == "approve?"
    assert answered["answer"] == "yes"


async def test_a_run_goes_on_from_an_earlier_checkpoint(client: Any, thread_id: str) -> None:
    await done(client.runs.wait(thread_id, "agent", input=HELLO))
    old = (await done(client.threads.get_history(thread_id, limit=5)))[1]["checkpoint"]

    result = await done(client.runs.wait(thread_id, "agent", checkpoint=old))

    assert result["steps"] == ["model", "after"]


async def test_a_thread_is_made_on_demand(client: Any) -> None:
    mine = "33333333-3333-4333-8333-333333333333"

    await done(client.runs.wait(mine, "agent", input=HELLO, if_not_exists="create"))

    assert (await done(client.threads.get(mine)))["status"] == "idle"
