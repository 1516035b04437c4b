"""The SDK's threads."""

import uuid
from typing import Any

import pytest
from langgraph_sdk.errors import ConflictError, NotFoundError

from tests.clients.python.calls import HELLO, done, parts


@pytest.fixture
async def talked_id(client: Any, thread_id: str) -> str:
    """A thread in which a run has ended."""
    await done(client.runs.wait(thread_id, "agent", input=HELLO))
    return thread_id


async def test_a_thread_is_created_with_id_metadata_and_life_time(client: Any) -> None:
    mine = str(uuid.uuid4())

    made = await done(client.threads.create(thread_id=mine, metadata={"a": 1}, graph_id="agent", ttl=5))
    found = await done(client.threads.get(mine, include=["ttl"]))

    assert (made["thread_id"], made["metadata"], made["status"]) == (
        mine,
        {"a": 1, "graph_id": "agent"},
        "idle",
    )
    assert found["ttl"]["strategy"] == "delete"


async def test_a_thread_of_the_same_id_is_refused_or_taken_as_it_is(client: Any, thread_id: str) -> None:
    with pytest.raises(ConflictError):
        await done(client.threads.create(thread_id=thread_id))
    same = await done(client.threads.create(thread_id=thread_id, if_exists="do_nothing"))

    assert same["thread_id"] == thread_id


async def test_a_thread_begins_with_what_it_is_given_in_supersteps(client: Any) -> None:
    steps = [
        {"updates": [{"values": {"messages": [{"type": "human", "content": "q"}]}, "as_node": "__input__"}]},
        {"updates": [{"values": {"steps": ["x"]}, "as_node": "model"}]},
    ]

    made = await done(client.threads.create(graph_id="agent", supersteps=steps))
    state = await done(client.threads.get_state(made["thread_id"]))

    assert (state["values"]["steps"], state["next"]) == (["x"], ["after"])


async def test_threads_are_found_by_metadata_values_and_status(client: Any, talked_id: str) -> None:
    mark = {"mark": str(uuid.uuid4())}
    await done(client.threads.update(talked_id, metadata=mark))

    found = await done(
        client.threads.search(
            metadata=mark,
            values={"steps": ["model", "after"]},
            status="idle",
            ids=[talked_id],
            select=["thread_id"],
            extract={"last": "values.steps[-1]"},
        )
    )

    assert found == [{"thread_id": talked_id, "extracted": {"last": "after"}}]
    assert await done(client.threads.count(metadata=mark)) == 1


async def test_an_update_may_be_answered_with_nothing(client: Any, thread_id: str) -> None:
    answer = await done(client.threads.update(thread_id, metadata={"t": 1}, return_minimal=True))

    assert answer is None
    assert (await done(client.threads.get(thread_id)))["metadata"] == {"t": 1}


async def test_a_copied_thread_goes_on_by_itself(client: Any, talked_id: str) -> None:
    copied = await done(client.threads.copy(talked_id))
    twin = copied["thread_id"]
    await done(client.threads.update_state(twin, {"steps": ["own"]}))

    assert (await done(client.threads.get_state(twin)))["values"]["steps"] == ["model", "after", "own"]
    assert (await done(client.threads.get_state(talked_id)))["values"]["steps"] == ["model", "after"]


async def test_the_history_is_newest_first_and_each_state_can_be_read(client: Any, talked_id: str) -> None:
    states = await done(client.threads.get_history(talked_id, limit=5))
    before = await done(client.threads.get_history(talked_id, before=states[1]["checkpoint"]))
    at = await done(
        client.threads.get_state(talked_id, checkpoint_id=states[1]["checkpoint"]["checkpoint_id"])
    )
    same = await done(client.threads.get_state(talked_id, checkpoint=states[1]["checkpoint"]))

    assert [state["next"] for state in states] == [[], ["after"], ["model"], ["__start__"]]
    assert [state["next"] for state in before] == [["model"], ["__start__"]]
    assert at["values"] == same["values"] == states[1]["values"]


async def test_a_state_can_be_changed_as_a_node_and_from_an_earlier_point(
    client: Any, talked_id: str
) -> None:
    old = (await done(client.threads.get_history(talked_id, limit=5)))[1]["checkpoint"]

    changed = await done(
        client.threads.update_state(talked_id, {"steps": ["x"]}, as_node="model", checkpoint=old)
    )
    state = await done(client.threads.get_state(talked_id))

    assert state["checkpoint"]["checkpoint_id"] == changed["checkpoint"]["checkpoint_id"]
    assert (state["values"]["steps"], state["next"]) == (["model", "x"], ["after"])


async def test_a_state_shows_its_subgraphs(client: Any, thread_id: str) -> None:
    await done(client.runs.wait(thread_id, "parent", input=HELLO, interrupt_before="*"))

    state = await done(client.threads.get_state(thread_id, subgraphs=True))

    assert state["next"] == ["pre"]


async def test_a_deleted_thread_is_gone(client: Any, talked_id: str) -> None:
    await done(client.threads.delete(talked_id))

    with pytest.raises(NotFoundError):
        await done(client.threads.get(talked_id))


async def test_pruned_threads_are_gone(client: Any, talked_id: str) -> None:
    assert await done(client.threads.prune([talked_id])) == {"pruned_count": 1}

    with pytest.raises(NotFoundError):
        await done(client.threads.get(talked_id))


async def test_a_threads_stream_tells_of_its_runs(client: Any, thread_id: str) -> None:
    run = await done(client.runs.create(thread_id, "agent", input=HELLO, stream_resumable=True))
    await done(client.runs.join(thread_id, run["run_id"]))

    stream = await done(client.threads.join_stream(thread_id, last_event_id="-"))

    told = await parts(stream, stop_at="run_done")
    assert [part.event for part in told] == ["metadata", "values", "values", "values", "metadata"]
