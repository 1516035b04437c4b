"""What goes into the translate graph, what it keeps between its nodes, and what comes out."""

from typing import Annotated, Any, Literal

from langgraph.channels import EphemeralValue
from pydantic import Field, model_validator
from typing_extensions import TypedDict

from graphs.inputs import validated
from graphs.notes import Note
from graphs.translation_request import TranslationRequest, check_languages
from graphs.translation_state import RequestFields, TranslationJob, TranslationOptions

Format = Literal["plain", "markdown", "html", "json", "po"]

SUFFIXES: dict[Format, str] = {
    "plain": ".txt",
    "markdown": ".md",
    "html": ".html",
    "json": ".json",
    "po": ".po",
}


class Input(TranslationRequest):
    """A text, or a stored file that holds it, and what is to become of it."""

    text: str | None = Field(default=None, description="The text itself; this or file_id.")
    file_id: str | None = Field(
        default=None, description="A stored txt, md, html, docx, json or po file; this or text."
    )
    name: str | None = Field(default=None, max_length=200, description="The file's name; by it the format.")
    format: Format | None = Field(default=None, description="Of a text; plain when nothing else says it.")
    options: TranslationOptions = TranslationOptions()

    @model_validator(mode="after")
    def _one_source(self) -> "Input":
        if (self.text is None) == (self.file_id is None):
            raise ValueError("give exactly one of text and file_id")
        if not self.target_languages:
            raise ValueError("target_languages is empty; name at least one")
        check_languages(self)
        return self


def parse_input(values: object) -> Input:
    """Check a run's input, which may be anything.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    return validated(Input, values)


class Output(TypedDict):
    """The result."""

    mode: str  #: "offline" or "model".
    document: dict[str, Any]  #: name, format, and language: None where nobody said it and no script tells.
    targets: dict[str, dict[str, Any]]  #: By language: file_id, text, counts, flags, terms.
    usage: dict[str, Any]
    warnings: list[Note]


class Request(RequestFields, total=False):
    """The input as it arrives, unchecked."""

    format: str | None


class State(TranslationJob):
    """Everything between the nodes."""

    format: Annotated[str | None, EphemeralValue]
