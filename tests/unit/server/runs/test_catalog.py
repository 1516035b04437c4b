"""The graphs that are served, and when their code is loaded."""

from langgraph.checkpoint.memory import InMemorySaver

from graphs.registry import GRAPHS
from server.runs.catalog import load_catalog


async def test_the_services_own_graphs_are_loaded_when_they_are_used_or_all_at_once() -> None:
    catalog = load_catalog(None, InMemorySaver())
    translate = catalog.find("translate")
    assert not translate.source.is_made

    async with translate.open("assistants.read") as graph:
        assert graph.get_name() == "translate" == translate.name
    assert not catalog.is_loaded
    await catalog.load()

    assert catalog.is_loaded


def test_the_graphs_of_entries_have_no_name_of_their_own() -> None:
    assert {entry.graph.name for entry in GRAPHS.values()} == {"LangGraph"}
