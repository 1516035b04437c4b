"""What goes into the subtitles graph, what it keeps between its nodes, and what comes out."""

from typing import Annotated, Any, Literal

from langgraph.channels import EphemeralValue
from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import TypedDict

from graphs.inputs import validated
from graphs.notes import Note
from graphs.translation_request import TranslationRequest, check_languages
from graphs.translation_state import RequestFields, TranslationJob, TranslationOptions
from tools.subtitles.file import Format
from tools.subtitles.profiles import Viewers

Operation = Literal["translate", "sync", "align", "check", "fix"]
Positive = Annotated[float, Field(gt=0, le=1000)]
Milliseconds = Annotated[int, Field(ge=-86_400_000, le=86_400_000)]


class FrameRates(BaseModel):
    """Two frame rates, in frames a second."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    made_for: Positive
    played_at: Positive


class SyncPoint(BaseModel):
    """A time of the file, and the one that it should have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_ms: Milliseconds
    to_ms: Milliseconds


class Sync(BaseModel):
    """How times are moved: by two points, or by the frame rate first, then the offset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    offset_ms: Milliseconds = 0
    frame_rate: FrameRates | None = None
    points: list[SyncPoint] | None = Field(
        default=None, min_length=2, max_length=2, description="For a drift: one near each end of the film."
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Sync":
        if self.points is not None and (self.offset_ms or self.frame_rate):
            raise ValueError("points say all: leave out offset_ms and frame_rate")
        return self


class Options(TranslationOptions):
    """How the work is done."""

    profile: dict[str, float] = Field(default={}, description="Values in place of the language's profile.")
    viewers: Viewers = Field(default="adults", description="Whose reading speed counts.")
    format: Format | None = Field(default=None, description="Of what is written; the source's by default.")
    fps: float = Field(default=24.0, gt=0, le=1000, description="Frames a second, which gaps are counted in.")
    timing: Literal["fit", "keep"] = Field(
        default="fit", description="Whether times may change so that cues can be read."
    )
    shorten: bool = Field(default=True, description="Ask once for shorter words where there is no time.")
    bilingual: Literal["target_first", "source_first"] | None = Field(
        default=None, description="Both languages in each cue, one above the other."
    )


class Input(TranslationRequest):
    """A subtitle file, and what is to become of it."""

    operation: Operation = "translate"
    text: str | None = Field(default=None, description="The file's text itself; this or file_id.")
    file_id: str | None = Field(
        default=None, description="A stored SRT, WebVTT, ASS, LRC or TTML file; this or text."
    )
    name: str | None = Field(default=None, max_length=200, description="The file's name.")
    sync: Sync | None = Field(default=None, description="How times are moved, before anything else.")
    reference_file_id: str | None = Field(default=None, description="A stored file to align to.")
    profile_file_id: str | None = Field(default=None, description="A stored YAML file of profiles.")
    options: Options = Options()

    @model_validator(mode="after")
    def _fits_its_operation(self) -> "Input":
        if (self.text is None) == (self.file_id is None):
            raise ValueError("give exactly one of text and file_id")
        if (self.operation == "translate") != bool(self.target_languages):
            raise ValueError("target_languages belongs to the operation translate, which needs at least one")
        if self.operation == "sync" and self.sync is None:
            raise ValueError("the operation sync needs the field sync")
        if self.operation == "align" and self.reference_file_id is None:
            raise ValueError("the operation align needs the field reference_file_id")
        if self.sync is not None and self.reference_file_id is not None:
            raise ValueError("give one of sync and reference_file_id")
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

    mode: str  #: "offline", "model", or "rules" for what needs no model.
    document: dict[str, Any]  #: name, format, language, cues.
    file: dict[str, Any] | None  #: Of all but translate.
    targets: dict[str, dict[str, Any]]  #: Of translate, by language.
    alignment: dict[str, Any] | None  #: The shift that was found, and how sure it is.
    sheet_id: str | None  #: The stored JSON of all cues that an editor shows; None where nothing is stored.
    usage: dict[str, Any]
    warnings: list[Note]


class Request(RequestFields, total=False):
    """The input as it arrives, unchecked."""

    operation: str
    sync: dict[str, Any] | None
    reference_file_id: str | None
    profile_file_id: str | None


class State(TranslationJob):
    """Everything between the nodes."""

    operation: Annotated[str, EphemeralValue]
    sync: Annotated[dict[str, Any] | None, EphemeralValue]
    reference_file_id: Annotated[str | None, EphemeralValue]
    profile_file_id: Annotated[str | None, EphemeralValue]

    shift: list[float]  #: Rate and offset that times are moved by.
    sheet_id: str | None

    file: dict[str, Any] | None
    alignment: dict[str, Any] | None
