"""What goes into the characters graph, what it keeps between its stages, and what comes out.

Offsets inside the state are of the normalised text unless their name says ``source``; everything in
Output is of the text as given. What a long novel has tens of thousands of is kept as text
(graphs/characters/packed.py), so that it stays a few megabytes here and in a checkpoint.
"""

import operator
from typing import Annotated, Any, Literal, cast

from langgraph.channels import EphemeralValue
from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import TypedDict

from graphs.characters.edits import parse_edits
from graphs.characters.packed import Table
from graphs.inputs import validated
from graphs.notes import Note

Language = Literal["zh", "en"]


class Options(BaseModel):
    """What to look for, and what to leave out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enable_coreference: bool = Field(default=True, description="Use what pronouns say about who speaks.")
    enable_dialogue: bool = Field(default=True, description="Attribute every quotation to its speaker.")
    enable_relations: bool = Field(default=True, description="Find ties between characters.")
    enable_portraits: bool = Field(
        default=True, description="With a model: read age, traits and further ties of the main characters."
    )
    similarity_threshold: float = Field(
        default=0.8, ge=0, le=1, description="How alike two names must be to count as one person."
    )
    max_characters: int | None = Field(
        default=None, ge=1, description="Keep only that many, the most important."
    )
    min_mentions: int = Field(
        default=2, ge=1, description="Leave out who is mentioned less often, unless a quotation is theirs."
    )
    review: bool = Field(default=False, description="Stop where something is unsure, for a person to look.")
    sure_from: float = Field(
        default=0.6, ge=0, le=1, description="The least confidence of a speaker who is not called unsure."
    )


class Input(BaseModel):
    """A novel: its text, or a stored file that holds it; or edits of the novel that the thread has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = Field(default=None, description="The novel itself; this or file_id.")
    file_id: str | None = Field(
        default=None, description="A stored txt, md, epub or docx file; this or text."
    )
    language: Language | None = Field(default=None, description="Detected when not given.")
    options: Options = Options()
    edits: list[Any] | None = Field(
        default=None, description="Changes of the result, in order; see graphs/characters/edits.py."
    )

    @model_validator(mode="after")
    def _one_source(self) -> "Input":
        given = [name for name in ("text", "file_id") if getattr(self, name) is not None]
        if len(given) > 1 or (not given and self.edits is None):
            raise ValueError("give exactly one of text and file_id, or edits of what the thread has read")
        if self.edits is not None:
            parse_edits(self.edits)
        return self

    @property
    def has_source(self) -> bool:
        """Whether a novel is given, and not only edits of one."""
        return self.text is not None or self.file_id is not None


def parse_input(values: object) -> Input:
    """Check a run's input, which may be anything.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    return validated(Input, values)


class Findings(TypedDict):
    """What is found out about a novel; every offset is a code point offset into the text as given."""

    mode: str  #: "offline" (rules only) or "model".
    chapters: list[dict[str, Any]]
    characters: list[dict[str, Any]]
    alias_map: dict[str, str]  #: Each name that belongs to one character -> the canonical name.
    quotes: list[dict[str, Any]]
    relations: list[dict[str, Any]]
    unsure: list[dict[str, Any]]  #: What a person had better look at.
    history: list[
        dict[str, Any]
    ]  #: Of graphs.characters.edits.Entry, those taken back too; outlives the run.
    statistics: dict[str, Any]


class Output(Findings):
    """The result."""

    language: str
    warnings: list[Note]
    text_file_id: str | None  #: The decoded text as a file.


class WindowAnswer(TypedDict):
    """What one window's model call came to."""

    window: int
    key: str  #: What the question is known by in a later run.
    start: int  #: Where the window begins in the source.
    people: str  #: JSON: the names of the people whose ids stand in the values.
    values: str  #: JSON: the answer's items as plain lists; none when the call failed.
    failed: list[str]  #: Ids that got no usable answer.
    usage: dict[str, Any]  #: Those fields of tools.llm.usage.Usage that are not as in an empty one.


Answers = dict[str, list[WindowAnswer]]
"""By stage: the answers of its windows."""


class Request(TypedDict, total=False):
    """The input as it arrives, unchecked."""

    text: str | None
    file_id: str | None
    language: str | None
    options: dict[str, Any]
    edits: list[Any]


class State(Findings):
    """Everything between the stages."""

    # The input lives for one step, so that a thread's next run does not inherit it.
    text: Annotated[str | None, EphemeralValue]
    file_id: Annotated[str | None, EphemeralValue]
    language: Annotated[str | None, EphemeralValue]
    options: Annotated[dict[str, Any], EphemeralValue]
    edits: Annotated[list[Any], EphemeralValue]

    source: str  #: The text as given, or as decoded from the file.
    spoken: Language  #: The language of the source.
    format_chapters: list[int]  #: Source offsets at which the file's format begins a chapter.
    settings: dict[str, Any]  #: Options, all filled in.
    model: str | None  #: "provider:model" of the role primary; None is offline.
    started_at: float  #: Seconds since the epoch.
    is_new: bool  #: Whether this run reads a text; else it changes what an earlier one found.

    chapter_marks: list[list[Any]]  #: Title, start, end.
    quotations: str  #: Numbers: start, end, is closed, continues.
    mentions: str  #: Numbers: start, end.
    surfaces: list[str]  #: The names that windows ask about; their ids are n0, n1...
    name_answers: Annotated[list[WindowAnswer], operator.add]
    facts: dict[str, Any]
    earlier: Answers  #: What the thread's run before this one was answered.
    cast: dict[str, Any]
    pair_answers: Annotated[list[WindowAnswer], operator.add]
    ruled: Table  #: The rules' attribution of each quotation.
    speaker_answers: Annotated[list[WindowAnswer], operator.add]
    attributions: Table  #: The final ones.
    doubted: str  #: Of spans by index, the ids of those who were taken for their speakers.
    second_answers: Annotated[list[WindowAnswer], operator.add]
    ties: list[list[Any]]
    portrait_answers: Annotated[list[WindowAnswer], operator.add]

    warnings: Annotated[list[Note], operator.add]
    text_file_id: str | None


Update = dict[str, Any]
"""What a stage changes: some channels of State."""


ANSWERS = {
    "names": "name_answers",
    "pairs": "pair_answers",
    "speakers": "speaker_answers",
    "second": "second_answers",
    "portraits": "portrait_answers",
}
"""By stage: the channel of its windows' answers."""


def answers_of(state: State, channel: str) -> list[WindowAnswer]:
    """What one of these channels holds."""
    return cast("dict[str, list[WindowAnswer]]", state).get(channel, [])


def updated(state: State, update: Update) -> State:
    """The state as it will be after an update of channels that are written once."""
    return cast("State", {**state, **update})


def free_of_cost(answer: WindowAnswer) -> WindowAnswer:
    """An answer as it counts in another run than the one that paid for it."""
    return {**answer, "usage": {}}


class WindowTask(TypedDict):
    """One window of a fan-out: all that its model call needs."""

    window: int
    key: str  #: Of the question; see graphs/characters/plans.py.
    start: int  #: Where the window begins in the source.
    windows: int  #: Of the stage, those of other waves and those with an answer, too.
    answered: int  #: Of these windows, before any of the task's wave.
    text_length: int  #: Of the whole novel; progress is counted in its characters.
    run: str  #: Tells the windows of one fan-out from those of others, for counting them.
    language: Language
    data: dict[str, Any]  #: The question's material, as sent.
