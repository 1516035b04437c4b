"""What goes into the topics graph, what it keeps between its nodes, and what comes out."""

import operator
from typing import Annotated, Any, Literal

from langgraph.channels import EphemeralValue
from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import TypedDict

from graphs.inputs import validated
from graphs.notes import Note
from tools.topics.cleaning import Cleaning
from tools.topics.models.spec import EMBEDDED, MOST_TOPICS, Kind
from tools.topics.times import Period
from tools.topics.tuning.spec import TuningSpec

MOST_FILES = 1000
MOST_TRIED = 30  # numbers of topics
MOST_TEXTS = 20_000_000  # characters of texts that a request brings along
MOST_QUESTION = 2000  # characters
Update = dict[str, Any]
"""What a node changes: some channels of the state."""


class GivenColumns(BaseModel):
    """Columns that are known beforehand; the others are found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = None
    time: str | None = None
    groups: tuple[str, ...] | None = None
    label: str | None = None


class Options(BaseModel):
    """How the work is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: GivenColumns = GivenColumns()
    cleaning: Cleaning = Cleaning()
    period: Period | None = Field(default=None, description="How time is cut; by its span if not given.")
    models: tuple[Kind, ...] = Field(
        default=(),
        max_length=10,
        description="The first is trained for every number of topics, the others for the best one; "
        "by the data if not given.",
    )
    topics: tuple[int, ...] = Field(
        default=(),
        max_length=MOST_TRIED,
        description="Numbers of topics to try; one number settles it; by the data if not given.",
    )
    again: int | None = Field(
        default=None,
        ge=0,
        le=20,
        description="How often a model is trained again on parts, for its stability; by the data if not "
        "given. Sampled and neural ones at most twice.",
    )
    iterations: int | None = Field(default=None, ge=1, le=10_000, description="The models' own if not given.")
    seed: int = Field(default=1, ge=0, le=2**31 - 2000)
    tuning: TuningSpec | None = Field(
        default=None,
        description="An embedding model that is adapted to the texts first, for those of `models` that work "
        "with embeddings.",
    )
    confirm: bool = Field(default=True, description="Wait for a person to confirm columns, plan and topics.")
    language: Literal["en", "zh"] | None = Field(
        default=None, description="Of labels and the report; the texts' own."
    )
    report: bool = Field(default=True, description="Draw figures, and write the report.")

    @model_validator(mode="after")
    def _counts_of_topics(self) -> "Options":
        wrong = [topics for topics in self.topics if not 2 <= topics <= MOST_TOPICS]
        if wrong:
            raise ValueError(f"topics: {wrong[0]} is not between 2 and {MOST_TOPICS}")
        return self

    @model_validator(mode="after")
    def _tuned_for_something(self) -> "Options":
        if self.tuning is not None and not set(self.models) & set(EMBEDDED):
            raise ValueError(f"tuning: models need one that works with embeddings: {', '.join(EMBEDDED)}")
        return self


class Input(BaseModel):
    """Texts to be modelled, or a finished result that is asked about or changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_ids: tuple[str, ...] = Field(
        default=(), max_length=MOST_FILES, description="Stored files: tables below each other, or documents."
    )
    file_id: str | None = Field(default=None, description="One stored file.")
    texts: tuple[str, ...] = Field(default=(), description="The texts themselves.")
    name: str | None = Field(default=None, max_length=200, description="Of the one file; by it the format.")
    result: dict[str, Any] | None = Field(
        default=None, description="`files` of an earlier result, to ask about it or to edit it."
    )
    question: str | None = Field(default=None, min_length=1, max_length=MOST_QUESTION)
    edits: tuple[dict[str, Any], ...] | None = Field(
        default=None, description="All edits of the result, in place of those it has."
    )
    options: Options = Options()

    @model_validator(mode="after")
    def _one_source(self) -> "Input":
        sources = [bool(self.file_ids), self.file_id is not None, bool(self.texts), self.result is not None]
        if sum(sources) != 1:
            raise ValueError("give exactly one of file_id, file_ids, texts and result")
        if self.result is not None and (self.question is None) == (self.edits is None):
            raise ValueError("with a result, give exactly one of question and edits")
        if self.result is None and (self.question is not None or self.edits is not None):
            raise ValueError("question and edits need the result that they are about")
        if sum(map(len, self.texts)) > MOST_TEXTS:
            raise ValueError(f"texts have more than {MOST_TEXTS} characters; upload a file")
        return self


def parse_input(values: object) -> Input:
    """Check a run's input, which may be anything.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    return validated(Input, values)


def _together(one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return one | other


class File(TypedDict):
    """A file of the table."""

    file_id: str
    name: str


class Plan(TypedDict):
    """What is to be trained; ``hash`` is what an approval is bound to."""

    models: list[Kind]
    topics: list[int]
    again: int
    seed: int
    iterations: int | None
    tuning: dict[str, Any] | None  #: Of an embedding model; what TuningSpec has.
    seconds: int  #: About, on this machine; without the tuning.
    most_cost: float | None  #: Of all trainings and the tuning, where they are paid for by the minute.
    hash: str


class Task(TypedDict):
    """One training of a fan-out."""

    run: str
    of: int
    corpus: str
    spec: dict[str, Any]
    again: int
    is_sweep: bool  #: Whether it is tried for its number of topics.


class Request(TypedDict, total=False):
    """The input as it arrives, unchecked."""

    file_ids: list[str]
    file_id: str | None
    texts: list[str]
    name: str | None
    result: dict[str, Any] | None
    question: str | None
    edits: list[dict[str, Any]] | None
    options: dict[str, Any]


class Output(TypedDict):
    """The result."""

    mode: str  #: "offline" or "model".
    profile: dict[str, Any]
    plan: Plan | None
    selection: dict[str, Any]
    topics: list[dict[str, Any]]  #: Id, label, words, share, measures, quotes.
    measures: dict[str, Any]
    history: list[dict[str, Any]]  #: Every edit that is in effect, in order.
    files: dict[str, dict[str, Any]]
    answer: dict[str, Any] | None
    warnings: list[Note]


class State(Output):
    """The result so far, and what it is made from. Corpora and models lie in the storage, by their ids."""

    # The input lives for one step, so that a thread's next run does not inherit it.
    file_ids: Annotated[list[str], EphemeralValue]
    file_id: Annotated[str | None, EphemeralValue]
    texts: Annotated[list[str], EphemeralValue]
    name: Annotated[str | None, EphemeralValue]
    result: Annotated[dict[str, Any] | None, EphemeralValue]
    question: Annotated[str | None, EphemeralValue]
    edits: Annotated[list[dict[str, Any]] | None, EphemeralValue]
    options: Annotated[dict[str, Any], EphemeralValue]

    run: str
    settings: dict[str, Any]  #: Options, all filled in.
    sources: list[File]
    columns: dict[str, Any]
    preview: list[dict[str, Any]]
    facts: dict[str, Any]  #: Of the corpus.
    chance: dict[str, Any]  #: Measures of topics of chance.
    corpus: str  #: File id.
    adapter: str | None  #: File id of what a tuning has learned.
    trials: Annotated[list[dict[str, Any]], operator.add]  #: Summaries, each with its model's file id.
    model: str | None  #: "provider:model" of the role primary; None is offline.
    chosen: dict[str, Any]  #: The trial that the result is made of.
    labels: Annotated[
        dict[str, dict[str, Any]], _together
    ]  #: By topic id: label, description, quotes, by whom.
    asked: str | None  #: The question of this run.
    is_reviewed: bool  #: Whether the model has looked over the topics as a whole.
    is_edited: bool  #: Whether the topics have changed since they were described.

    warnings: Annotated[list[Note], operator.add]
