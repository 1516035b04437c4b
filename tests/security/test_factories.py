"""A graph that a function makes gets no store of others', whoever or whatever opens it."""

import ast
from pathlib import Path

from tests.fixtures.people import People
from tests.fixtures.served_projects import project, serving

SOURCE = """
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph_sdk.runtime import ServerRuntime

SEEN = {}


class State(TypedDict, total=False):
    note: str


async def make(runtime: ServerRuntime):
    found = await runtime.store.asearch(()) if runtime.store is not None else []
    SEEN.setdefault(runtime.access_context, []).append([item.value["note"] for item in found])

    async def work(state, runtime):
        await runtime.store.aput(("notes",), "k", {"note": state["note"]})

    graph = StateGraph(State)
    graph.add_node("work", work)
    graph.add_edge(START, "work")
    graph.add_edge("work", END)
    return graph.compile()


def tell(state):
    return {"note": repr(SEEN)}


telling = StateGraph(State)
telling.add_node("tell", tell)
telling.add_edge(START, "tell")
telling.add_edge("tell", END)
"""


def test_a_factory_sees_the_store_of_who_asks_and_nothing_when_nobody_does(tmp_path: Path) -> None:
    graphs = {"made": "./seeing.py:make", "telling": "./seeing.py:telling"}
    config = project(tmp_path / "project", "seeing", SOURCE, graphs=graphs)
    served = serving(config, tmp_path / "data", AUTH="on", ALLOW_REGISTRATION=True)
    with served as server, People(server) as people:
        ann, bob = people.join(), people.join()
        for person, note in ((ann, "Ann's"), (ann, "Ann's"), (bob, "Bob's")):
            thread = person.thread()
            person.run("made", thread, note=note)
            assert person.http.get(f"/threads/{thread}/state").json()["values"]["note"] == note
        person.http.post("/assistants/search", json={})
        person.http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})

        seen = bob.run("telling")["note"]

    told = ast.literal_eval(seen)
    assert set(told) >= {"threads.create_run", "threads.read"}
    assert not [notes for seen in told.values() for notes in seen if {"Ann's", "Bob's"} <= set(notes)]
    assert told["threads.create_run"] == [[], ["Ann's"], []]
