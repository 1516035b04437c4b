"""The jobs: graphs that do one kind of work each, from an input to a result."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from langgraph.graph.state import CompiledStateGraph

Compiled = CompiledStateGraph[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEntry:
    """One graph, as people choose it and as a server builds it.

    Its code is loaded by whoever first asks for more than its words: all of them together take seconds.
    """

    graph_id: str  #: And the name of its package.
    title: str
    description: str  #: One sentence: what goes in, what comes out.
    checking: str  #: The module of its package that checks inputs.

    @property
    def graph(self) -> Compiled:
        """Without a checkpointer: the caller brings one, in a copy."""
        return self._module("graph").graph

    async def check_input(self, given: object) -> None:
        """Raise InvalidInput for an input that cannot succeed, before a run is queued for it.

        LangGraph itself drops unknown fields in silence.
        """
        await self._module(self.checking).check_input(given)

    def _module(self, name: str) -> Any:
        return import_module(f"graphs.{self.graph_id}.{name}")


_ENTRIES = (
    GraphEntry(
        graph_id="characters",
        title="Who speaks in a novel",
        description="Finds a novel's characters, who says each quotation, and how people are related.",
        checking="sources",
    ),
    GraphEntry(
        graph_id="audiobook",
        title="Audiobooks with a voice for everybody",
        description="Turns a novel into script, cast and sound: M4B with chapters, MP3, captions.",
        checking="request",
    ),
    GraphEntry(
        graph_id="translate",
        title="Text in other languages",
        description="Translates texts and documents, keeps their structure, and flags what is not sure.",
        checking="sources",
    ),
    GraphEntry(
        graph_id="subtitles",
        title="Subtitles in other languages",
        description="Translates, times and checks subtitle files, cue by cue, and loses none.",
        checking="sources",
    ),
    GraphEntry(
        graph_id="guideline",
        title="Guidelines for patients",
        description="Turns a clinical guideline into a version for patients, every sentence with its source.",
        checking="sources",
    ),
    GraphEntry(
        graph_id="topics",
        title="Topics of a corpus",
        description="Finds the topics of many texts, how they move and differ, and how well they hold.",
        checking="sources",
    ),
    GraphEntry(
        graph_id="dialogue",
        title="Replies in a person's own voice",
        description="Follows a talk, offers what its user could say next, and sums it up at the end.",
        checking="state",
    ),
    GraphEntry(
        graph_id="video",
        title="Films in other languages",
        description="Hears or reads a film, translates it, and makes films with new subtitles or voices.",
        checking="opening",
    ),
)

JOBS: Mapping[str, GraphEntry] = {entry.graph_id: entry for entry in _ENTRIES}
