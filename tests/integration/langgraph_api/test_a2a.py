"""Assistants as agents that other agents call, against the captures of the official server."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.sse import parse

AGENT = "fe096781-5601-53d2-b2f6-0d3403f7e9ca"


def say(text: str = "hi", **fields: Any) -> dict[str, Any]:
    """A call's message."""
    parts = [{"kind": "text", "text": text}]
    return {"message": {"role": "user", "parts": parts, "messageId": "m1", "kind": "message"} | fields}


def give(**data: Any) -> dict[str, Any]:
    """A call's message that carries data."""
    return {"message": {"role": "user", "parts": [{"kind": "data", "data": data}], "messageId": "m1"}}


async def post(
    client: httpx.AsyncClient, agent: str, method: str, params: dict[str, Any], scope: str | None = None
) -> httpx.Response:
    body = {"jsonrpc": "2.0", "id": "1", "method": method, "params": params}
    headers = {"LangGraph-A2A-History-Scope": scope} if scope is not None else {}
    return await client.post(f"/a2a/{agent}", json=body, headers=headers)


async def rpc(
    client: httpx.AsyncClient, agent: str, method: str, params: dict[str, Any], scope: str | None = None
) -> dict[str, Any]:
    """The answer to a call."""
    response = await post(client, agent, method, params, scope)
    assert response.status_code == 200
    return response.json()


async def sent(client: httpx.AsyncClient, agent: str, params: dict[str, Any]) -> dict[str, Any]:
    """The task of a message."""
    return (await rpc(client, agent, "message/send", params))["result"]


def texts(task: dict[str, Any]) -> list[str]:
    """What was said, in order."""
    return [message["parts"][0]["text"] for message in task["history"]]


async def own_agent(client: httpx.AsyncClient, graph: str, **fields: Any) -> str:
    """A new assistant, of whose tasks nobody else knows."""
    made = await client.post("/assistants", json={"graph_id": graph} | fields)
    return made.json()["assistant_id"]


async def test_a_message_is_answered_with_a_task(project_client: httpx.AsyncClient) -> None:
    answer = await rpc(project_client, AGENT, "message/send", say())

    task = answer["result"]
    thread, _, run = task["id"].partition(":")
    place = {"taskId": f"{thread}:{run}", "contextId": thread}
    [user, agent], [artifact] = task["history"], task["artifacts"]
    assert answer["id"] == "1"
    assert (task["kind"], task["contextId"], task["status"]["state"]) == ("task", thread, "completed")
    assert user == place | {
        "kind": "message",
        "role": "user",
        "parts": [{"kind": "text", "text": "hi"}],
        "messageId": "m1",
    }
    assert (agent["role"], agent["parts"]) == ("agent", [{"kind": "text", "text": "Hello from fake model"}])
    assert artifact == {
        "artifactId": artifact["artifactId"],
        "name": "Assistant Response",
        "description": f"Response from assistant {AGENT}",
        "parts": [{"kind": "text", "text": "Hello from fake model"}],
    }


async def test_a_task_is_a_run_on_the_thread_of_its_context(project_client: httpx.AsyncClient) -> None:
    task = (await rpc(project_client, AGENT, "message/send", say()))["result"]

    thread, _, run = task["id"].partition(":")
    found = await project_client.get(f"/threads/{thread}/runs/{run}")
    assert found.json()["status"] == "success"


async def test_a_context_is_a_conversation(project_client: httpx.AsyncClient) -> None:
    first = (await rpc(project_client, AGENT, "message/send", say("one")))["result"]
    context = first["contextId"]

    second = (
        await rpc(project_client, AGENT, "message/send", say("two", contextId=context, messageId="m2"))
    )["result"]

    assert [message["role"] for message in second["history"]] == ["user", "agent", "user", "agent"]


async def test_a_streamed_message_is_told_step_by_step(project_client: httpx.AsyncClient) -> None:
    response = await post(project_client, AGENT, "message/stream", say())

    events = parse(response.text)
    results = [event["data"]["result"] for event in events]
    assert {event["event"] for event in events} == {"message"}
    assert [result["kind"] for result in results] == [
        "task",
        *["status-update"] * 7,
        "artifact-update",
        "status-update",
    ]
    assert [result["status"]["message"]["parts"][0]["text"] for result in results[1:8]] == [
        "Hello",
        "Hello ",
        "Hello from",
        "Hello from ",
        "Hello from fake",
        "Hello from fake ",
        "Hello from fake model",
    ]
    assert results[0]["status"]["state"] == "submitted"
    assert results[8]["artifact"]["parts"] == [{"kind": "text", "text": "Hello from fake model"}]
    assert (results[9]["status"]["state"], results[9]["final"]) == ("completed", True)


async def test_data_is_the_input_as_it_is(project_client: httpx.AsyncClient) -> None:
    task = (await rpc(project_client, AGENT, "message/send", give(messages=[], fail=True)))["result"]

    assert task["status"]["state"] == "failed"
    assert task["status"]["message"]["parts"] == [{"kind": "text", "text": "boom from node"}]


async def test_a_failure_is_streamed_as_the_last_state(project_client: httpx.AsyncClient) -> None:
    response = await post(project_client, AGENT, "message/stream", give(messages=[], fail=True))

    last = parse(response.text)[-1]["data"]["result"]
    assert (last["status"]["state"], last["final"]) == ("failed", True)


async def test_an_agent_that_asks_is_answered_in_its_context(project_client: httpx.AsyncClient) -> None:
    asked = (await rpc(project_client, "review", "message/send", give(steps=[])))["result"]
    reply = say("yes", contextId=asked["contextId"])

    answered = (await rpc(project_client, "review", "message/send", reply))["result"]

    assert asked["status"]["state"] == "input-required"
    assert asked["status"]["message"]["parts"][0]["text"] == '{"question":"Go on?"}'
    assert answered["status"]["state"] == "completed"
    assert answered["artifacts"][0]["parts"] == [{"kind": "data", "data": {"steps": ["first", "yes"]}}]


async def test_a_task_can_be_looked_up(project_client: httpx.AsyncClient) -> None:
    sent = (await rpc(project_client, AGENT, "message/send", say()))["result"]

    found = await rpc(project_client, AGENT, "tasks/get", {"id": sent["id"], "historyLength": 1})

    assert found["result"]["status"]["state"] == "completed"
    assert [message["role"] for message in found["result"]["history"]] == ["agent"]


async def test_a_task_can_be_cancelled_once(project_client: httpx.AsyncClient, tmp_path: Path) -> None:
    thread = str(uuid4())
    run = {"assistant_id": "slow", "input": {"gate": str(tmp_path / "gate")}, "if_not_exists": "create"}
    started = (await project_client.post(f"/threads/{thread}/runs", json=run)).json()
    name = {"id": f"{thread}:{started['run_id']}"}

    first = await rpc(project_client, "slow", "tasks/cancel", name)
    again = await rpc(project_client, "slow", "tasks/cancel", name)

    assert first["result"]["status"]["state"] == "canceled"
    assert again["error"]["code"] == -32002


async def test_every_assistant_is_an_agent(project_client: httpx.AsyncClient) -> None:
    agent = await own_agent(project_client, "agent", name="Ada", description="Greets")

    card = (await project_client.get(f"/a2a/{agent}/.well-known/agent-card.json")).json()
    task = await sent(project_client, agent, say())

    assert (card["name"], card["description"]) == ("Ada", "Greets")
    assert card["url"].endswith(f"/a2a/{agent}")
    assert task["status"]["state"] == "completed"


async def test_the_message_of_an_agent_has_the_id_of_the_state(project_client: httpx.AsyncClient) -> None:
    task = await sent(project_client, AGENT, say())

    state = (await project_client.get(f"/threads/{task['contextId']}/state")).json()
    assert task["history"][1]["messageId"] == state["values"]["messages"][1]["id"]
    assert task["history"][1]["messageId"].endswith("-0")


async def test_a_task_keeps_what_it_ended_with(project_client: httpx.AsyncClient) -> None:
    first = await sent(project_client, AGENT, say("one"))
    await sent(project_client, AGENT, say("two", contextId=first["contextId"], messageId="m2"))

    found = (await rpc(project_client, AGENT, "tasks/get", {"id": first["id"]}))["result"]

    assert found == first


async def test_a_history_may_be_of_the_task_alone(project_client: httpx.AsyncClient) -> None:
    first = await sent(project_client, AGENT, say("one"))
    reply = say("two", contextId=first["contextId"], messageId="m2")

    second = (await rpc(project_client, AGENT, "message/send", reply, "task"))["result"]
    name = {"id": second["id"]}
    found = {
        scope: texts((await rpc(project_client, AGENT, "tasks/get", name, scope))["result"])
        for scope in ("task", "context")
    }

    hello = "Hello from fake model"
    assert texts(second) == found["task"] == ["two", hello]
    assert found["context"] == ["one", hello, "two", hello]


async def test_an_answer_is_a_task_without_what_came_before(project_client: httpx.AsyncClient) -> None:
    asked = await sent(project_client, "review", give(steps=[]))
    answered = await sent(project_client, "review", say("yes", contextId=asked["contextId"]))

    found = await rpc(project_client, "review", "tasks/get", {"id": asked["id"]})
    states = [task["status"]["state"] for task in (asked, found["result"], answered)]

    assert states == ["input-required", "completed", "completed"]


async def test_tasks_are_listed_page_by_page(project_client: httpx.AsyncClient) -> None:
    agent = await own_agent(project_client, "agent")
    made = [await sent(project_client, agent, say(str(number))) for number in range(3)]

    first = (await rpc(project_client, agent, "tasks/list", {"pageSize": 2}))["result"]
    rest = {"pageSize": 2, "pageToken": first["nextPageToken"]}
    second = (await rpc(project_client, agent, "tasks/list", rest))["result"]

    found = [task["id"] for task in [*first["tasks"], *second["tasks"]]]
    assert found == [task["id"] for task in reversed(made)]
    assert (first["pageSize"], first["totalSize"], second["nextPageToken"]) == (2, 3, "")
    assert texts(first["tasks"][0]) == ["2", "Hello from fake model"]
    assert "artifacts" not in first["tasks"][0]


async def test_listed_tasks_show_their_results_if_asked_to(project_client: httpx.AsyncClient) -> None:
    task = await sent(project_client, AGENT, say())

    wish = {"contextId": task["contextId"], "includeArtifacts": True, "historyLength": 0}
    [found] = (await rpc(project_client, AGENT, "tasks/list", wish))["result"]["tasks"]

    assert found == task | {"history": []}


async def test_tasks_are_listed_by_their_state(project_client: httpx.AsyncClient) -> None:
    agent = await own_agent(project_client, "review")
    first = await sent(project_client, agent, give(steps=[]))
    second = await sent(project_client, agent, say("yes", contextId=first["contextId"]))
    third = await sent(project_client, agent, give(steps=[]))

    async def listed(**wish: Any) -> list[str]:
        page = (await rpc(project_client, agent, "tasks/list", wish))["result"]
        assert page["totalSize"] == len(page["tasks"])
        return [task["id"] for task in page["tasks"]]

    assert await listed(status="completed") == [second["id"], first["id"]]
    assert await listed(status="TASK_STATE_INPUT_REQUIRED") == [third["id"]]
    assert await listed(status="rejected") == []
    since = third["status"]["timestamp"]
    assert await listed(statusTimestampAfter=since) == [third["id"]]


async def test_a_caller_may_not_wait(project_client: httpx.AsyncClient, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    params = give(gate=str(gate)) | {"configuration": {"blocking": False}}

    task = await sent(project_client, "slow", params)

    assert task["status"]["state"] == "submitted"
    found = await rpc(project_client, "slow", "tasks/get", {"id": task["id"]})
    assert found["result"]["status"]["state"] in ("submitted", "working")
    gate.touch()


async def test_a_task_under_way_is_followed_to_its_end(
    project_client: httpx.AsyncClient, tmp_path: Path
) -> None:
    params = give(gate=str(tmp_path / "gate")) | {"configuration": {"returnImmediately": True}}
    task = await sent(project_client, "slow", params)
    results: list[dict[str, Any]] = []

    body = {"jsonrpc": "2.0", "id": 1, "method": "tasks/resubscribe", "params": {"id": task["id"]}}
    async with project_client.stream("POST", "/a2a/slow", json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                results.append(json.loads(line[6:])["result"])
                (tmp_path / "gate").touch()

    assert [result["kind"] for result in results] == ["task", "artifact-update", "status-update"]
    assert results[0]["status"]["state"] in ("submitted", "working")
    assert (results[-1]["status"]["state"], results[-1]["final"]) == ("completed", True)


async def test_a_task_that_has_ended_is_not_followed(project_client: httpx.AsyncClient) -> None:
    task = await sent(project_client, AGENT, say())

    response = await post(project_client, AGENT, "SubscribeToTask", {"id": task["id"]})

    [event] = parse(response.text)
    assert event["data"]["error"]["code"] == -32004


@pytest.mark.parametrize(
    "wish",
    [
        {"pageSize": 0},
        {"pageSize": 101},
        {"pageToken": "x"},
        {"pageToken": f"{10**30}:{uuid4()}"},
        {"contextId": "x"},
        {"historyLength": -1},
        {"statusTimestampAfter": "yesterday"},
    ],
)
async def test_what_cannot_be_listed_is_refused(
    project_client: httpx.AsyncClient, wish: dict[str, Any]
) -> None:
    answer = await rpc(project_client, AGENT, "ListTasks", wish)

    assert answer["error"]["code"] == -32602


async def test_an_unknown_scope_is_refused(project_client: httpx.AsyncClient) -> None:
    answer = await rpc(project_client, AGENT, "tasks/get", {"id": "x"}, "all")

    assert answer["error"]["message"] == "LangGraph-A2A-History-Scope must be one of: context, task."


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("zzz", {}, -32601),
        ("tasks/pushNotificationConfig/set", {}, -32003),
        ("message/send", say() | {"configuration": 1}, -32602),
        ("message/send", {}, -32602),
        ("message/send", {"message": {"parts": [{"kind": "file", "file": {}}]}}, -32602),
        ("message/send", say(contextId="x"), -32602),
        ("tasks/get", {"id": "x"}, -32001),
        ("tasks/get", {"id": f"{uuid4()}:{uuid4()}"}, -32001),
    ],
)
async def test_what_cannot_be_done_is_an_error(
    project_client: httpx.AsyncClient, method: str, params: dict[str, Any], code: int
) -> None:
    answer = await rpc(project_client, AGENT, method, params)

    assert answer["error"]["code"] == code


async def test_an_agent_without_messages_takes_no_text(project_client: httpx.AsyncClient) -> None:
    answer = await rpc(project_client, "review", "message/send", say())

    message = "This agent takes no text: send its input as a data part."
    assert answer["error"] == {"code": -32602, "message": message}


async def test_an_agent_tells_only_of_its_own_tasks(project_client: httpx.AsyncClient) -> None:
    sent = (await rpc(project_client, AGENT, "message/send", say()))["result"]

    answer = await rpc(project_client, "review", "tasks/get", {"id": sent["id"]})

    assert answer["error"] == {"code": -32001, "message": "Task not found"}


async def test_an_unknown_agent_is_not_found(project_client: httpx.AsyncClient) -> None:
    response = await post(project_client, str(uuid4()), "message/send", say())

    assert response.status_code == 404


async def test_version_1_has_names_and_forms_of_its_own(project_client: httpx.AsyncClient) -> None:
    message = {"message": {"role": "ROLE_USER", "parts": [{"text": "hi"}], "messageId": "m1"}}

    sent = (await rpc(project_client, AGENT, "SendMessage", message))["result"]["task"]
    found = (await rpc(project_client, AGENT, "GetTask", {"id": sent["id"]}))["result"]

    assert sent["status"]["state"] == found["status"]["state"] == "TASK_STATE_COMPLETED"
    assert [(said["role"], said["parts"]) for said in sent["history"]] == [
        ("ROLE_USER", [{"text": "hi"}]),
        ("ROLE_AGENT", [{"text": "Hello from fake model"}]),
    ]


async def test_version_1_streams_in_its_own_form(project_client: httpx.AsyncClient) -> None:
    response = await post(project_client, AGENT, "SendStreamingMessage", say())

    results = [event["data"]["result"] for event in parse(response.text)]
    assert [list(result) for result in results] == [
        ["task"],
        *[["statusUpdate"]] * 7,
        ["artifactUpdate"],
        ["statusUpdate"],
    ]


@pytest.mark.parametrize(
    "path",
    [
        f"/.well-known/agent-card.json?assistant_id={AGENT}",
        f"/a2a/{AGENT}/.well-known/agent-card.json",
        f"/a2a/{AGENT}/.well-known/agent.json",
    ],
)
async def test_a_card_says_what_the_agent_can_do(project_client: httpx.AsyncClient, path: str) -> None:
    card = (await project_client.get(path)).json()

    url = str(project_client.base_url.join(f"/a2a/{AGENT}"))
    assert (card["name"], card["description"], card["url"]) == ("agent", "agent assistant", url)
    assert card["supportedInterfaces"] == [
        {"url": url, "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
    ]
    assert card["skills"][0]["metadata"]["inputSchema"] == {
        "required": [],
        "properties": ["fail", "messages", "steps"],
        "supportsA2A": True,
    }
    assert card["capabilities"]["extensions"][0]["params"] == {
        "header": "LangGraph-A2A-History-Scope",
        "values": ["context", "task"],
        "default": "context",
        "methods": ["SendMessage", "GetTask", "ListTasks"],
    }
