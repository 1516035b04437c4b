"""What clients do with agents of langchain and deepagents, on the agents' project."""

from typing import Any

from langgraph_sdk.client import LangGraphClient

from tests.clients.transcript.steps import MODES, Script, described, events, new_thread

script = Script()


def said(text: str) -> dict[str, Any]:
    """An input with one message."""
    return {"messages": [{"role": "user", "content": text, "id": "question"}]}


@script.each("graph", ["agent", "approving", "deep"])
async def an_agent_is_described(client: LangGraphClient, graph: str) -> Any:
    (found,) = await client.assistants.search(graph_id=graph)
    name = found["assistant_id"]
    return [
        found,
        await client.assistants.get_graph(name, xray=True),
        sorted(await client.assistants.get_subgraphs(name, recurse=True)),
        described(await client.assistants.get_schemas(name)),
    ]


@script.each("mode", [mode for mode in MODES if mode != "events"])  # whose order of ids is the clock's
async def an_agent_is_streamed(client: LangGraphClient, mode: str) -> Any:
    thread = await new_thread(client)
    return await events(client.runs.stream(thread, "agent", input=said("mail Ada"), stream_mode=mode))  # type: ignore[call-overload]


@script.each("mode", [mode for mode in MODES if mode != "events"])
async def a_deep_agent_is_streamed_with_its_subagents(client: LangGraphClient, mode: str) -> Any:
    thread = await new_thread(client)
    return await events(
        client.runs.stream(thread, "deep", input=said("time?"), stream_mode=mode, stream_subgraphs=True)  # type: ignore[call-overload]
    )


@script.step
async def a_deep_agent_is_waited_for_and_remembered(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    return [
        await client.runs.wait(thread, "deep", input=said("time?")),
        await client.threads.get(thread),
        await client.threads.get_state(thread, subgraphs=True),
        await client.threads.get_history(thread, limit=20),
        await client.runs.wait(
            thread, "deep", input={"messages": [{"role": "user", "content": "again", "id": "q2"}]}
        ),
    ]


@script.step
async def files_are_given_to_a_deep_agent(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    first = await client.runs.wait(thread, "deep", input=said("time?"))
    files = first["files"] | {"/mine.txt": {**first["files"]["/notes.txt"], "content": "mine"}}
    await client.threads.update_state(thread, {"files": files})
    return (await client.threads.get_state(thread))["values"]["files"]


@script.each("answer", ["approve", "edit", "reject"])
async def a_tool_call_is_approved(client: LangGraphClient, answer: str) -> Any:
    thread = await new_thread(client)
    asked = await client.runs.wait(thread, "approving", input=said("mail Ada"))
    waiting = [await client.threads.get(thread), await client.threads.get_state(thread)]
    decision: dict[str, Any] = {"type": answer}
    if answer == "edit":
        decision["edited_action"] = {"name": "send_mail", "args": {"to": "Bob"}}
    if answer == "reject":
        decision["message"] = "not now"
    told = await events(
        client.runs.stream(
            thread,
            "approving",
            command={"resume": {"decisions": [decision]}},
            stream_mode=["updates", "values"],
        )
    )
    return [asked, waiting, told]


@script.step
async def a_tool_keeps_a_note_in_the_store(client: LangGraphClient) -> Any:
    told = await client.runs.wait(None, "agent", input=said("note buy bread"))
    return [told, await client.store.get_item(["notes"], "last")]


@script.step
async def an_agent_goes_on_from_an_earlier_state(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    await client.runs.wait(thread, "agent", input=said("mail Ada"))
    states = await client.threads.get_history(thread, limit=20)
    before_tools = next(state for state in states if state["next"] == ["tools"])
    return [
        [state["next"] for state in states],
        await client.runs.wait(thread, "agent", checkpoint=before_tools["checkpoint"]),
        await client.runs.wait(
            thread, "agent", input=None, checkpoint=before_tools["checkpoint"], interrupt_before=["tools"]
        ),
    ]
