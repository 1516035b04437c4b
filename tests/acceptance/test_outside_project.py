"""``scriptorium serve --config`` runs agents of langchain and deepagents from a folder that is not ours."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.clients.transcript import agents
from tests.clients.transcript.agents import said
from tests.clients.transcript.steps import MODES
from tests.fixtures.served_projects import serving

for package in ("langchain", "deepagents"):
    pytest.importorskip(package, reason=f"OUTSIDE PROJECTS NOT TESTED: {package} is not installed")

AGENTS = Path(__file__).parents[1] / "fixtures" / "agents_project"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service of the agents, in the folder that they were copied to."""
    folder = tmp_path_factory.mktemp("outside")
    shutil.copytree(AGENTS, folder / "project", ignore=shutil.ignore_patterns("__pycache__"))
    with serving(folder / "project" / "langgraph.json", folder / "data") as server:
        yield server.url


@pytest.fixture
async def client(url: str) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=url) as client:
        yield client


@pytest.fixture
async def thread(client: LangGraphClient) -> str:
    return (await client.threads.create())["thread_id"]


async def streamed(client: LangGraphClient, thread: str, graph: str, **asked: Any) -> list[Any]:
    return [part async for part in client.runs.stream(thread, graph, **asked)]


def words(values: Any) -> str:
    """The last message."""
    return values["messages"][-1]["content"].strip()


async def test_every_step_of_the_clients_script_is_answered(url: str) -> None:
    transcript = await agents.script.play(url)

    assert [name for name, told in transcript.items() if not told or "refused" in str(told)[:9]] == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("graph", ["agent", "approving", "deep"])
async def test_every_agent_is_streamed_in_every_mode(
    client: LangGraphClient, thread: str, graph: str, mode: str
) -> None:
    told = await streamed(client, thread, graph, input=said("hello"), stream_mode=mode)

    names = {part.event for part in told}
    assert "error" not in names
    assert names > {"metadata"} or mode == "custom"


async def test_a_subagent_speaks_in_a_namespace_of_its_own(client: LangGraphClient, thread: str) -> None:
    told = await streamed(
        client, thread, "deep", input=said("time?"), stream_mode="updates", stream_subgraphs=True
    )

    below = [part for part in told if part.event.startswith("updates|tools:")]
    assert "It is noon" in str(below)
    assert "The clerk says" not in str(below)


async def test_a_deep_agents_files_are_in_its_state(client: LangGraphClient, thread: str) -> None:
    result = await client.runs.wait(thread, "deep", input=said("time?"))
    state = await client.threads.get_state(thread)

    assert words(result) == "The clerk says: It is noon"
    assert state["values"]["files"]["/notes.txt"]["content"] == "to do"


async def test_an_agents_history_leads_back_to_its_beginning(client: LangGraphClient, thread: str) -> None:
    await client.runs.wait(thread, "agent", input=said("mail Ada"))

    history = await client.threads.get_history(thread, limit=20)

    assert [state["next"] for state in history] == [[], ["model"], ["tools"], ["model"], ["__start__"]]


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [
        ({"type": "approve"}, "sent to Ada"),
        (
            {"type": "edit", "edited_action": {"name": "send_mail", "args": {"to": "Bob"}}},
            "sent to Bob",
        ),
        ({"type": "reject", "message": "not now"}, "not now"),
    ],
    ids=["approve", "edit", "reject"],
)
async def test_a_human_decides_on_a_tool_call(
    client: LangGraphClient, thread: str, decision: dict[str, Any], outcome: str
) -> None:
    asked = await client.runs.wait(thread, "approving", input=said("mail Ada"))
    waiting = await client.threads.get(thread)
    answered = await client.runs.wait(thread, "approving", command={"resume": {"decisions": [decision]}})

    assert asked["__interrupt__"][0]["value"]["action_requests"][0]["name"] == "send_mail"
    assert (waiting["status"], len(waiting["interrupts"])) == ("interrupted", 1)
    assert outcome in words(answered)


async def test_a_tools_note_is_in_the_store(client: LangGraphClient) -> None:
    await client.runs.wait(None, "agent", input=said("note buy bread"))

    assert (await client.store.get_item(["notes"], "last"))["value"] == {"text": "buy bread"}


async def test_private_channels_are_described(client: LangGraphClient) -> None:
    (deep,) = await client.assistants.search(graph_id="deep")

    schemas = await client.assistants.get_schemas(deep["assistant_id"])

    assert "_summarization_event" in (schemas["state_schema"] or {})["properties"]
