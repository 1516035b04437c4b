"""What goes into the translate graph, what it keeps between its nodes, and what comes out."""

import operator
from typing import Annotated, Any, Literal, TypedDict

from langgraph.channels import EphemeralValue
from pydantic import BaseModel, ConfigDict, Field, model_validator

from graphs.errors import validated
from graphs.translation_batches import Translating
from graphs.translation_request import Style, TranslationRequest, check_languages
from graphs.translation_review import Edits

Format = Literal["plain", "markdown", "html", "json", "po"]

SUFFIXES: dict[Format, str] = {
    "plain": ".txt",
    "markdown": ".md",
    "html": ".html",
    "json": ".json",
    "po": ".po",
}


class Options(BaseModel):
    """How the work is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lanes: int = Field(default=5, ge=1, le=50, description="Batches that are asked at once, for each target.")
    batch: int = Field(default=20, ge=1, le=100, description="The most segments of one question.")
    review: bool = Field(default=False, description="Wait for a person when segments are flagged.")
    offline: Literal["mark", "pseudo"] = Field(
        default="mark", description="Without a model: leave the source, or write what looks translated."
    )


class Input(TranslationRequest):
    """A text, or a stored file that holds it, and what is to become of it."""

    text: str | None = Field(default=None, description="The text itself; this or file_id.")
    file_id: str | None = Field(
        default=None, description="A stored txt, md, html, docx, json or po file; this or text."
    )
    name: str | None = Field(default=None, max_length=200, description="The file's name; by it the format.")
    format: Format | None = Field(default=None, description="Of a text; plain when nothing else says it.")
    options: Options = Options()

    @model_validator(mode="after")
    def _one_source(self) -> "Input":
        if (self.text is None) == (self.file_id is None):
            raise ValueError("give exactly one of text and file_id")
        if not self.target_languages:
            raise ValueError("target_languages is empty; name at least one")
        check_languages(self)
        return self


ALLOWED = {
    "": list(Input.model_fields),
    "options": list(Options.model_fields),
    "style": list(Style.model_fields),
}


def parse_input(values: object) -> Input:
    """Check a run's input, which may be anything.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    return validated(Input, values, ALLOWED)


class Note(TypedDict):
    """A warning of the result."""

    code: str
    message: str


class Output(TypedDict):
    """The result."""

    mode: str  #: "offline" or "model".
    document: dict[str, Any]  #: name, format, and language: None where nobody said it and no script tells.
    targets: dict[str, dict[str, Any]]  #: By language: file_id, text, counts, flags, terms.
    usage: dict[str, Any]
    warnings: list[Note]


class Request(TypedDict, total=False):
    """The input as it arrives, unchecked."""

    text: str | None
    file_id: str | None
    name: str | None
    format: str | None
    source_language: str | None
    target_languages: list[str]
    glossary: list[dict[str, Any]]
    glossary_file_id: str | None
    style: dict[str, Any]
    options: dict[str, Any]


class Source(TypedDict):
    """Where the document is."""

    text: str | None
    file_id: str | None
    name: str


class State(Translating):
    """Everything between the nodes."""

    # The input lives for one step, so that a thread's next run does not inherit it.
    text: Annotated[str | None, EphemeralValue]
    file_id: Annotated[str | None, EphemeralValue]
    name: Annotated[str | None, EphemeralValue]
    format: Annotated[str | None, EphemeralValue]
    source_language: Annotated[str | None, EphemeralValue]
    target_languages: Annotated[list[str], EphemeralValue]
    glossary: Annotated[list[dict[str, Any]], EphemeralValue]
    glossary_file_id: Annotated[str | None, EphemeralValue]
    style: Annotated[dict[str, Any], EphemeralValue]
    options: Annotated[dict[str, Any], EphemeralValue]

    source: Source
    settings: dict[str, Any]  #: Options, all filled in.
    model: str | None  #: "provider:model" of the role translate; None is offline.
    doubtful: bool  #: Whether something is to be shown to a person.
    edits: Edits

    mode: str
    document: dict[str, Any]
    targets: dict[str, dict[str, Any]]
    usage: dict[str, Any]
    warnings: Annotated[list[Note], operator.add]


Update = dict[str, Any]
"""What a node changes: some channels of State."""
