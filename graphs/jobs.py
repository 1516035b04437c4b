"""The jobs: graphs that do one kind of work each, from an input to a result."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from graphs.audiobook import graph as audiobook
from graphs.audiobook import request as audiobook_request
from graphs.characters import graph as characters
from graphs.characters import sources as characters_sources
from graphs.dialogue import graph as dialogue
from graphs.dialogue import state as dialogue_state
from graphs.guideline import graph as guideline
from graphs.guideline import sources as guideline_sources
from graphs.subtitles import graph as subtitles
from graphs.subtitles import sources as subtitles_sources
from graphs.topics import graph as topics
from graphs.topics import sources as topics_sources
from graphs.translate import graph as translate
from graphs.translate import sources as translate_sources
from graphs.video import graph as video
from graphs.video import opening as video_opening

Compiled = CompiledStateGraph[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEntry:
    """One graph, as people choose it and as a server builds it."""

    graph_id: str
    title: str
    description: str  #: One sentence: what goes in, what comes out.
    graph: Compiled  #: Without a checkpointer: the caller brings one, in a copy.
    check_input: Callable[[object], Awaitable[None]]
    """Raises InvalidInput for an input that cannot succeed, before a run is queued for it. LangGraph itself
    drops unknown fields in silence."""


_ENTRIES = (
    GraphEntry(
        graph_id="characters",
        title="Who speaks in a novel",
        description="Finds a novel's characters, who says each quotation, and how people are related.",
        graph=characters.graph,
        check_input=characters_sources.check_input,
    ),
    GraphEntry(
        graph_id="audiobook",
        title="Audiobooks with a voice for everybody",
        description="Turns a novel into script, cast and sound: M4B with chapters, MP3, captions.",
        graph=audiobook.graph,
        check_input=audiobook_request.check_input,
    ),
    GraphEntry(
        graph_id="translate",
        title="Text in other languages",
        description="Translates texts and documents, keeps their structure, and flags what is not sure.",
        graph=translate.graph,
        check_input=translate_sources.check_input,
    ),
    GraphEntry(
        graph_id="subtitles",
        title="Subtitles in other languages",
        description="Translates, times and checks subtitle files, cue by cue, and loses none.",
        graph=subtitles.graph,
        check_input=subtitles_sources.check_input,
    ),
    GraphEntry(
        graph_id="guideline",
        title="Guidelines for patients",
        description="Turns a clinical guideline into a version for patients, every sentence with its source.",
        graph=guideline.graph,
        check_input=guideline_sources.check_input,
    ),
    GraphEntry(
        graph_id="topics",
        title="Topics of a corpus",
        description="Finds the topics of many texts, how they move and differ, and how well they hold.",
        graph=topics.graph,
        check_input=topics_sources.check_input,
    ),
    GraphEntry(
        graph_id="dialogue",
        title="Replies in a person's own voice",
        description="Follows a talk, offers what its user could say next, and sums it up at the end.",
        graph=dialogue.graph,
        check_input=dialogue_state.check_input,
    ),
    GraphEntry(
        graph_id="video",
        title="Films in other languages",
        description="Hears or reads a film, translates it, and makes films with new subtitles or voices.",
        graph=video.graph,
        check_input=video_opening.check_input,
    ),
)

JOBS: Mapping[str, GraphEntry] = {entry.graph_id: entry for entry in _ENTRIES}
