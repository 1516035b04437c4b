"""The jobs that the assistant can have done, each with the arguments that a model fills in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from graphs.jobs import JOBS, GraphEntry


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


def _as_it_is(arguments: Any) -> dict[str, Any]:
    return arguments.model_dump(exclude_none=True)


def _talk(arguments: Replies) -> dict[str, Any]:
    given: dict[str, Any] = {"said": [{"speaker": "partner", "text": arguments.said}]}
    return given | ({"intent": {"text": arguments.wish}} if arguments.wish else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTool:
    """A job, as a tool of a conversation."""

    name: str
    entry: GraphEntry
    arguments: type[BaseModel]  #: Its docstring tells models what the job does.
    to_input: Callable[[Any], dict[str, Any]] = _as_it_is
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


_ARGUMENTS: Mapping[str, type[BaseModel]] = {
    "translate": Translate,
    "subtitles": Subtitles,
    "video": Film,
    "characters": Characters,
    "audiobook": Audiobook,
    "topics": Topics,
    "guideline": Guideline,
}
_REPLIES = JobTool(
    name="replies", entry=JOBS["dialogue"], arguments=Replies, to_input=_talk, is_confirmed=False
)

TOOLS: Mapping[str, JobTool] = {
    **{name: JobTool(name=name, entry=JOBS[name], arguments=kind) for name, kind in _ARGUMENTS.items()},
    _REPLIES.name: _REPLIES,
}
