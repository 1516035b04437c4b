"""The jobs that the assistant can have done, each with the arguments that a model fills in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from langgraph.graph import StateGraph
from pydantic import BaseModel, ConfigDict, Field

from graphs.audiobook import graph as audiobook
from graphs.audiobook.request import check_input as check_book
from graphs.characters import graph as characters
from graphs.characters.sources import check_input as check_novel
from graphs.dialogue import graph as dialogue
from graphs.dialogue.state import check_input as check_talk
from graphs.guideline import graph as guideline
from graphs.guideline.sources import check_input as check_guideline
from graphs.subtitles import graph as subtitles
from graphs.subtitles.sources import check_input as check_subtitles
from graphs.topics import graph as topics
from graphs.topics.sources import check_input as check_corpus
from graphs.translate import graph as translate
from graphs.translate.sources import check_input as check_text
from graphs.video import graph as video
from graphs.video.opening import check_input as check_film


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Source(_Arguments):
    text: str | None = Field(default=None, description="The text itself; this or file_id.")
    file_id: str | None = Field(
        default=None, description="The id of a file of this conversation; this or text."
    )


class _Translated(_Source):
    target_languages: list[str] = Field(
        min_length=1, description="Codes of the languages to translate into, such as en, zh, pt-BR."
    )
    source_language: str | None = Field(default=None, description="Code; only where the user says it.")


class Translate(_Translated):
    """Translate a text or a document (txt, md, html, docx, json, po) into other languages."""


class Subtitles(_Translated):
    """Translate a subtitle file (srt, vtt, ass, lrc, ttml) into other languages."""


class Film(_Arguments):
    """Give a film subtitles in other languages: hears it, translates what is said, makes new films."""

    file_id: str = Field(description="The id of the film's file in this conversation.")
    target_languages: list[str] = Field(min_length=1, description="Codes of the languages to translate into.")
    source_language: str | None = Field(default=None, description="Code; only where the user says it.")


class Characters(_Source):
    """Find a novel's characters, who says each line, and how people are related."""


class Audiobook(_Source):
    """Make an audiobook of a novel: every character with a voice, chapters, captions."""


class Topics(_Arguments):
    """Find the topics of a corpus (csv, tsv, xlsx, jsonl, txt, docx, pdf): their words, shares and trends."""

    file_id: str = Field(description="The id of the corpus' file in this conversation.")


class Guideline(_Source):
    """Turn a clinical practice guideline into a version for patients, every sentence with its source."""


class Replies(_Arguments):
    """Suggest what the user could say next in a talk with somebody else."""

    said: str = Field(description="What the other person has just said.")
    wish: str = Field(default="", description="What the user wants to say, in their own words.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A graph, as a tool of a conversation."""

    name: str  #: Of the tool.
    arguments: type[BaseModel]  #: Its docstring tells models what the job does.
    build: Callable[[], StateGraph[Any, Any, Any, Any]]
    check_input: Callable[[object], Awaitable[None]]
    to_input: Callable[[Any], dict[str, Any]]
    is_confirmed: bool = True  #: Whether people are asked before it starts.

    @property
    def title(self) -> str:
        """What it does, in a sentence."""
        return (self.arguments.__doc__ or "").strip()

    def as_tool(self) -> Mapping[str, Any]:
        """It in the JSON that models are given."""
        schema = self.arguments.model_json_schema()
        schema.pop("description", None)
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.title, "parameters": schema},
        }


def _as_it_is(arguments: BaseModel) -> dict[str, Any]:
    return arguments.model_dump(exclude_none=True)


def _talk(arguments: Replies) -> dict[str, Any]:
    given: dict[str, Any] = {"said": [{"speaker": "partner", "text": arguments.said}]}
    return given | ({"intent": {"text": arguments.wish}} if arguments.wish else {})


JOBS: Mapping[str, Job] = {
    job.name: job
    for job in (
        Job(
            name="translate",
            arguments=Translate,
            build=translate.build,
            check_input=check_text,
            to_input=_as_it_is,
        ),
        Job(
            name="subtitles",
            arguments=Subtitles,
            build=subtitles.build,
            check_input=check_subtitles,
            to_input=_as_it_is,
        ),
        Job(name="video", arguments=Film, build=video.build, check_input=check_film, to_input=_as_it_is),
        Job(
            name="characters",
            arguments=Characters,
            build=characters.build,
            check_input=check_novel,
            to_input=_as_it_is,
        ),
        Job(
            name="audiobook",
            arguments=Audiobook,
            build=audiobook.build,
            check_input=check_book,
            to_input=_as_it_is,
        ),
        Job(
            name="topics",
            arguments=Topics,
            build=topics.build,
            check_input=check_corpus,
            to_input=_as_it_is,
        ),
        Job(
            name="guideline",
            arguments=Guideline,
            build=guideline.build,
            check_input=check_guideline,
            to_input=_as_it_is,
        ),
        Job(
            name="replies",
            arguments=Replies,
            build=dialogue.build,
            check_input=check_talk,
            to_input=_talk,
            is_confirmed=False,
        ),
    )
}
