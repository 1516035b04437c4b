"""What goes into the guideline graph, what it keeps between its nodes, and what comes out."""

import operator
from typing import Annotated, Any, Literal

from langgraph.channels import EphemeralValue
from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import TypedDict

from graphs.inputs import validated
from graphs.notes import Note
from graphs.translation_files import Source
from tools.llm.roles import Role
from tools.medical.templates import MAX_YAML
from tools.text.language import Language

MAX_SECONDS = 24 * 3600
Mode = Literal["fast", "slow", "thorough"]
Status = Literal["passed", "flagged", "approved", "rejected"]
Update = dict[str, Any]
"""What a node changes: some channels of the state."""


class Options(BaseModel):
    """How the work is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Mode = Field(
        default="slow", description="fast: no reviewers; slow: three; thorough: four, and the stronger model."
    )
    template: str = Field(
        default="standard_clinical", description="A template's name; see configs/guidelines."
    )
    template_yaml: str | None = Field(
        default=None, max_length=MAX_YAML, description="A template of your own, in place of a named one."
    )
    enable_visualization: bool = Field(default=True, description="Tables and pictures go into the version.")
    enable_caching: bool = Field(default=True, description="Answers of earlier runs may be used again.")
    enable_cost_optimization: bool = Field(default=True, description="Short questions go to the role fast.")
    enable_quality_control: bool = Field(
        default=True, description="Repair what the gates find. They judge in any case, and nothing hides it."
    )
    review: bool = Field(default=True, description="Wait for a person when a safety gate stays closed.")
    max_repairs: int = Field(default=3, ge=0, le=3, description="Rounds of repair before a person is asked.")
    node_timeout_seconds: float | None = Field(
        default=None, gt=0, le=MAX_SECONDS, description="What one node, or one question of it, may take."
    )
    total_timeout_seconds: float | None = Field(
        default=None,
        gt=0,
        le=MAX_SECONDS,
        description="What all may take, until a person is asked.",
    )
    translate_to: Language | None = Field(
        default=None, description="The finished version in this language, too; needs a model."
    )


class Input(BaseModel):
    """A guideline, and what is to become of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = Field(
        default=None, description="The guideline as Markdown or plain text; this or file_id."
    )
    file_id: str | None = Field(
        default=None, description="A stored pdf, docx, html, md or txt file; this or text."
    )
    name: str | None = Field(default=None, max_length=200, description="The file's name; by it the format.")
    language: Language | None = Field(
        default=None, description="Of the guideline; recognised where it is not given."
    )
    title: str | None = Field(
        default=None, max_length=500, description="Of the version, in place of the guideline's."
    )
    options: Options = Options()

    @model_validator(mode="after")
    def _one_source(self) -> "Input":
        if (self.text is None) == (self.file_id is None):
            raise ValueError("give exactly one of text and file_id")
        return self


def parse_input(values: object) -> Input:
    """Check a run's input, which may be anything.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    return validated(Input, values)


class Measured(TypedDict):
    """What one pass of a node took."""

    node: str
    seconds: float
    calls: int
    cached: int
    tokens: int
    cost: float | None
    currency: str | None


class Task(TypedDict):
    """One question of a fan-out."""

    number: int
    of: int
    run: str
    language: Language
    role: Role
    caching: bool
    settings: dict[str, Any]  #: The run's options, all filled in.
    deadline: float | None  #: Unix time by which all has to be done.
    data: dict[str, Any]


class Output(TypedDict):
    """The result."""

    mode: str  #: "offline" or "model".
    status: Status
    guideline: dict[str, Any]
    figures: list[
        dict[str, Any]
    ]  #: Tables, algorithms and pictures as data, with the id of a picture of each.
    records: dict[str, Any]
    version: dict[str, Any]
    findings: list[dict[str, Any]]
    quality: dict[str, Any]
    translation: dict[str, Any] | None
    files: dict[str, dict[str, Any]]
    performance: list[Measured]
    warnings: list[Note]


class Request(TypedDict, total=False):
    """The input as it arrives, unchecked."""

    text: str | None
    file_id: str | None
    name: str | None
    language: str | None
    title: str | None
    options: dict[str, Any]


class State(TypedDict):
    """Everything between the nodes."""

    # The input lives for one step, so that a thread's next run does not inherit it.
    text: Annotated[str | None, EphemeralValue]
    file_id: Annotated[str | None, EphemeralValue]
    name: Annotated[str | None, EphemeralValue]
    language: Annotated[str | None, EphemeralValue]
    title: Annotated[str | None, EphemeralValue]
    options: Annotated[dict[str, Any], EphemeralValue]

    run: str
    source: Source
    settings: dict[str, Any]  #: Options, all filled in.
    deadline: float | None  #: Unix time by which all has to be done.
    model: str | None  #: "provider:model" of the role primary; None is offline.
    spoken: Language
    blocks: list[dict[str, Any]]  #: As tools.documents.blocks.Block, with ids and sections.
    pages: list[str]
    plan: dict[str, Any]  #: Roles, passes and reviewers, by the mode.
    drawings: list[dict[str, Any]]  #: As tools.documents.figures.Figure, with sections.
    extractions: Annotated[list[dict[str, Any]], operator.add]
    objections: Annotated[list[dict[str, Any]], operator.add]
    drafts: Annotated[list[dict[str, Any]], operator.add]
    opinions: Annotated[list[dict[str, Any]], operator.add]  #: Of single sentences, by the role judge.
    wave: int  #: Which sections are being written: 0 the most important ones.
    rounds: int  #: Of repair, done so far.

    mode: str
    status: Status
    guideline: dict[str, Any]
    figures: list[dict[str, Any]]
    records: dict[str, Any]
    version: dict[str, Any]
    findings: list[dict[str, Any]]
    quality: dict[str, Any]
    translation: dict[str, Any] | None  #: Language, version, findings, status and files.
    translated: Annotated[list[dict[str, Any]], operator.add]
    files: dict[str, dict[str, Any]]
    performance: Annotated[list[Measured], operator.add]
    warnings: Annotated[list[Note], operator.add]
