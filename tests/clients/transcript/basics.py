"""What every client does, on the graphs of the conformance project."""

from typing import Any

from langgraph_sdk.client import LangGraphClient

from tests.clients.transcript.steps import MODES, Script, described, events, new_thread

HELLO = {"messages": [{"role": "user", "content": "hi", "id": "question"}]}
HOURLY = "0 * * * *"
NOBODY = "11111111-1111-1111-1111-111111111111"

script = Script()


@script.step
async def assistants_have_versions(client: LangGraphClient) -> Any:
    made = await client.assistants.create(
        "agent", name="Clerk", context={"model_name": "m"}, metadata={"m": 1}
    )
    name = made["assistant_id"]
    told = [
        made,
        await client.assistants.update(name, name="Chief", metadata={"k": "v"}, description="in charge"),
        await client.assistants.update(name, config={"tags": ["t"], "configurable": {"user_id": "u"}}),
        await client.assistants.get_versions(name),
        await client.assistants.get_versions(name, metadata={"k": "v"}, limit=1),
        await client.assistants.set_latest(name, 1),
        await client.assistants.get(name),
        await client.assistants.search(metadata={"m": 1}, graph_id="agent", select=["name", "version"]),
        await client.assistants.count(metadata={"m": 1}),
    ]
    await client.assistants.delete(name)
    return told


@script.step
async def an_unknown_assistant(client: LangGraphClient) -> Any:
    return await client.assistants.get(NOBODY)


@script.step
async def an_assistant_of_an_unknown_graph(client: LangGraphClient) -> Any:
    return await client.assistants.create("nothing")


@script.each("graph", ["agent", "parent", "hitl", "factory"])
async def a_graph_is_described(client: LangGraphClient, graph: str) -> Any:
    (found,) = await client.assistants.search(graph_id=graph, metadata={"created_by": "system"})
    name = found["assistant_id"]
    return [
        found,
        await client.assistants.get_graph(name),
        await client.assistants.get_graph(name, xray=True),
        sorted(await client.assistants.get_subgraphs(name, recurse=True)),
        described(await client.assistants.get_schemas(name)),
    ]


@script.step
async def threads_are_kept(client: LangGraphClient) -> Any:
    made = await client.threads.create(metadata={"who": "keeper"}, graph_id="agent")
    name = made["thread_id"]
    ran = await client.runs.wait(name, "agent", input=HELLO)
    twin = await client.threads.copy(name)
    told = [
        made,
        ran,
        await client.threads.get(name),
        await client.threads.update(name, metadata={"more": [1, 2]}),
        await client.threads.search(
            metadata={"more": [1, 2]}, status="idle", values={"steps": ["model", "after"]}
        ),
        await client.threads.search(ids=[name], select=["thread_id"], extract={"last": "values.steps[-1]"}),
        await client.threads.count(metadata={"more": [1, 2]}),
        twin,
        await client.threads.get_state(twin["thread_id"]),
        await client.threads.create(thread_id=name, if_exists="do_nothing"),
    ]
    await client.threads.delete(twin["thread_id"])
    return [*told, await client.threads.prune([name])]


@script.step
async def a_thread_of_the_same_id(client: LangGraphClient) -> Any:
    return await client.threads.create(thread_id=await new_thread(client))


@script.step
async def an_unknown_thread(client: LangGraphClient) -> Any:
    return await client.threads.get_state(NOBODY)


@script.step
async def states_are_read_and_changed(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    empty = await client.threads.get_state(thread)
    await client.runs.wait(thread, "agent", input=HELLO)
    states = await client.threads.get_history(thread, limit=10)
    forked = await client.threads.update_state(
        thread, {"steps": ["mine"]}, as_node="model", checkpoint=states[1]["checkpoint"]
    )
    return [
        empty,
        states,
        forked,
        await client.threads.get_state(thread),
        await client.threads.get_state(thread, checkpoint=states[2]["checkpoint"]),
        await client.runs.wait(thread, "agent", checkpoint=forked["checkpoint"]),
        await client.threads.get_history(thread, limit=2, metadata={"source": "update"}),
    ]


@script.step
async def a_history_goes_on_before_a_state(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    await client.runs.wait(thread, "agent", input=HELLO)
    states = await client.threads.get_history(thread, limit=10)
    return await client.threads.get_history(thread, limit=10, before=states[1]["checkpoint"])


@script.step
async def a_thread_begins_with_supersteps(client: LangGraphClient) -> Any:
    question = {"type": "human", "content": "q", "id": "q"}
    updates = [
        {"updates": [{"values": {"messages": [question]}, "as_node": "__input__"}]},
        {"updates": [{"values": {"steps": ["x"]}, "as_node": "model"}]},
    ]
    made = await client.threads.create(graph_id="agent", supersteps=updates)
    return [made, await client.threads.get_state(made["thread_id"])]


@script.each("mode", MODES)
async def a_run_is_streamed(client: LangGraphClient, mode: str) -> Any:
    return await events(
        client.runs.stream(await new_thread(client), "agent", input=HELLO, stream_mode=mode)  # type: ignore[call-overload]
    )


@script.each("mode", MODES)
async def a_run_is_streamed_with_its_subgraphs(client: LangGraphClient, mode: str) -> Any:
    return await events(
        client.runs.stream(  # type: ignore[call-overload]
            await new_thread(client), "parent", input=HELLO, stream_mode=mode, stream_subgraphs=True
        )
    )


@script.step
async def a_run_without_a_thread_is_streamed(client: LangGraphClient) -> Any:
    return await events(client.runs.stream(None, "agent", input=HELLO, stream_mode=["updates", "custom"]))


@script.step
async def a_run_that_fails(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    told = await events(client.runs.stream(thread, "agent", input=HELLO | {"fail": True}))
    (run,) = await client.runs.list(thread)
    return [told, run["status"], await client.threads.get(thread), await client.threads.get_state(thread)]


@script.step
async def a_run_in_the_background(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    made = await client.runs.create(
        thread, "agent", input=HELLO, metadata={"m": 1}, stream_resumable=True, stream_mode=["updates"]
    )
    told = [made["kwargs"], made["metadata"], await client.runs.join(thread, made["run_id"])]
    again = await events(client.runs.join_stream(thread, made["run_id"], last_event_id="-"))
    done = await client.runs.get(thread, made["run_id"])
    listed = await client.runs.list(thread, select=["run_id", "status", "metadata"])
    await client.runs.delete(thread, made["run_id"])
    return [*told, again, done["status"], listed, await client.runs.list(thread)]


@script.step
async def runs_are_cancelled(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    slow = await client.runs.create(thread, "slow", input={"sleep": 60})
    queued = await client.runs.create(thread, "agent", input=HELLO)
    await client.runs.cancel(thread, queued["run_id"], wait=True)
    await client.runs.cancel(thread, slow["run_id"], wait=True)
    later = await client.runs.create(thread, "agent", input=HELLO, after_seconds=600)
    await client.runs.cancel_many(thread_id=thread, run_ids=[later["run_id"]])
    return sorted(run["status"] for run in await client.runs.list(thread))


@script.each("strategy", ["reject", "interrupt", "rollback", "enqueue"])
async def a_busy_thread(client: LangGraphClient, strategy: str) -> Any:
    thread = await new_thread(client)
    sleep = 1 if strategy == "enqueue" else 60
    first = await client.runs.create(thread, "slow", input={"sleep": sleep})
    try:
        output = await client.runs.wait(thread, "agent", input=HELLO, multitask_strategy=strategy)  # type: ignore[arg-type]
    finally:
        if strategy == "reject":
            await client.runs.cancel(thread, first["run_id"], wait=True)
    return [output["steps"], [run["status"] for run in await client.runs.list(thread)]]


@script.step
async def a_question_is_answered(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    asked = await events(
        client.runs.stream(thread, "hitl", input={"steps": ["s"]}, stream_mode=["values", "updates"])
    )
    waiting = [await client.threads.get(thread), await client.threads.get_state(thread)]
    answered = await events(
        client.runs.stream(thread, "hitl", command={"resume": "yes"}, stream_mode="updates")
    )
    return [asked, waiting, answered, await client.threads.get(thread)]


@script.step
async def a_run_stops_before_and_after_nodes(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    return [
        await client.runs.wait(thread, "agent", input=HELLO, interrupt_before=["after"]),
        await client.threads.get_state(thread),
        await client.runs.wait(thread, "agent", input=None),
        await client.runs.wait(thread, "agent", input=HELLO, interrupt_after="*"),
        await client.threads.get(thread),
    ]


@script.step
async def a_command_updates_and_goes_on_elsewhere(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    await client.runs.wait(thread, "agent", input=HELLO)
    command = {"update": {"steps": ["sent"]}, "goto": "after"}
    return await client.runs.wait(thread, "agent", command=command)  # type: ignore[arg-type]


@script.step
async def crons_are_kept(client: LangGraphClient) -> Any:
    thread = await new_thread(client)
    made = await client.crons.create("echo", schedule=HOURLY, input={}, metadata={"who": "clerk"})
    own = await client.crons.create_for_thread(thread, "echo", schedule=HOURLY, input={}, enabled=False)
    changed = await client.crons.update(made["cron_id"], schedule="5 * * * *", enabled=False)
    told = [
        made,
        own["thread_id"] == thread,
        [changed["schedule"], changed["enabled"]],
        await client.crons.search(metadata={"who": "clerk"}, select=["cron_id", "schedule", "enabled"]),
        await client.crons.count(metadata={"who": "clerk"}),
        [each["cron_id"] == own["cron_id"] for each in await client.crons.search(thread_id=thread)],
    ]
    await client.crons.delete(own["cron_id"])
    await client.crons.delete(made["cron_id"])
    return [*told, await client.crons.search(thread_id=thread)]


@script.step
async def a_cron_of_a_schedule_that_is_none(client: LangGraphClient) -> Any:
    return await client.crons.create("echo", schedule="never", input={})


@script.step
async def the_store_keeps_items(client: LangGraphClient) -> Any:
    place = ["transcript", "basics"]
    for key, value in {"a": {"n": 1, "kind": "x"}, "b": {"n": 2, "kind": "y"}}.items():
        await client.store.put_item(place, key, value)
    told = [
        await client.store.get_item(place, "a"),
        await client.store.get_item(place, "nothing"),
        await client.store.search_items(["transcript"], filter={"kind": "y"}),
        await client.store.search_items(["transcript"], limit=1, offset=1),
        await client.store.list_namespaces(prefix=["transcript"], max_depth=2),
    ]
    for key in ("a", "b"):
        await client.store.delete_item(place, key)
    return [*told, await client.store.search_items(place)]


@script.step
async def an_item_without_a_namespace(client: LangGraphClient) -> Any:
    return await client.store.put_item([], "k", {"v": 1})
