"""What goes into the video graph: a film, where its words come from, and what is to become of it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from graphs.inputs import validated
from graphs.translation_request import Language, TranslationRequest, check_languages

Words = Literal["speech", "picture", "file", "none"]
Render = Literal["mux", "burn", "none"]
Stop = Literal["words", "translations"]
Pixels = Annotated[int, Field(ge=0, le=32_768)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Region(_Part):
    """A rectangle of the picture as it is shown, in pixels from its upper left, and when it counts."""

    x: Pixels
    y: Pixels
    width: Annotated[int, Field(ge=4, le=32_768)]
    height: Annotated[int, Field(ge=4, le=32_768)]
    start_ms: int = Field(default=0, ge=0)
    end_ms: int | None = Field(default=None, gt=0, description="None: to the end.")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Region":
        if self.end_ms is not None and self.end_ms <= self.start_ms:
            raise ValueError("end_ms must come after start_ms")
        return self


class Erasing(_Part):
    """How subtitles that are part of the picture are taken out of it."""

    method: Literal["delogo", "blur", "box", "inpaint"] = Field(
        default="delogo",
        description="delogo and inpaint fill from around, inpaint only under letters; blur and box hide.",
    )
    regions: list[Region] = Field(
        default=[], max_length=500, description="Found by themselves when not given."
    )


class Look(_Part):
    """How burned-in subtitles look. What is not given is the preset's."""

    preset: Literal["default", "large_text", "minimal", "boxed"] = "default"
    font: str | None = Field(default=None, max_length=100, pattern=r"^[\w .-]+$")
    font_size: int | None = Field(
        default=None, ge=12, le=72, description="Pixels, where the picture's shorter side has 384."
    )
    color: Colour | None = None
    outline_color: Colour | None = None
    outline: float | None = Field(default=None, ge=0, le=8)
    shadow: float | None = Field(default=None, ge=0, le=8)
    margin_v: int | None = Field(default=None, ge=0, le=400, description="In the pixels of font_size.")
    position: Literal["top", "middle", "bottom"] | None = None


class Dubbing(_Part):
    """A voice that speaks the translation."""

    voice: str | None = Field(default=None, max_length=100, description="One of the speaking model's voices.")
    fastest: float = Field(default=1.4, ge=1, le=2, description="How far speech may be hurried to fit.")
    slowest: float = Field(default=0.9, ge=0.5, le=1)
    original_db: float = Field(
        default=-14, ge=-60, le=0, description="How loud the original stays under the voice, in dB."
    )


class Recap(_Part):
    """A script for somebody who retells the film."""

    language: Language | None = Field(default=None, description="That of the words when not given.")
    style: str = Field(default="", max_length=500)
    words: int = Field(default=200, ge=20, le=5000, description="About how many words it is to have.")


class Options(_Part):
    """How the work is done."""

    lanes: int = Field(default=5, ge=1, le=50, description="Batches that are asked at once, for each target.")
    batch: int = Field(default=20, ge=1, le=100, description="The most cues of one question.")
    review: list[Stop] = Field(default=[], max_length=2, description="Where to wait for a person.")
    offline: Literal["mark", "pseudo"] = Field(
        default="mark", description="Without a model: leave the source, or write what looks translated."
    )
    find_terms: bool = Field(default=False, description="Find names and terms that the glossary lacks.")
    summary: bool = Field(default=True, description="Tell each batch what came before it in a few words.")
    estimate: bool = Field(default=False, description="Have the model of judge name each cue's errors.")
    profile: dict[str, float] = Field(default={}, description="Values in place of the language's profile.")
    timing: Literal["fit", "keep"] = "fit"
    shorten: bool = True
    bilingual: Literal["target_first", "source_first"] | None = None


class Input(TranslationRequest):
    """A film, and what is to become of it."""

    file_id: str = Field(description="A stored film: MP4, MOV, MKV, WebM, AVI, FLV, WMV, MPEG.")
    name: str | None = Field(default=None, max_length=200, description="The film's name.")
    words_from: Words = Field(
        default="speech", description="Where words come from: heard, read off the picture, or a file."
    )
    subtitles_file_id: str | None = Field(
        default=None, description="A stored subtitle file, for words_from=file."
    )
    look_at: list[Region] = Field(
        default=[], max_length=20, description="Where words_from=picture reads; found when not given."
    )
    render: Render = Field(
        default="mux", description="Subtitles as tracks of their own, drawn into the picture, or no film."
    )
    erase: Erasing | None = None
    look: Look = Look()
    dub: Dubbing | None = None
    write_recap: Recap | None = None
    label_emotions: bool = Field(default=False, description="Say of each cue what is felt in it.")
    options: Options = Options()

    @model_validator(mode="after")
    def _is_possible(self) -> "Input":
        if (self.words_from == "file") != (self.subtitles_file_id is not None):
            raise ValueError("subtitles_file_id belongs to words_from=file, which needs it")
        if self.look_at and self.words_from != "picture":
            raise ValueError("look_at belongs to words_from=picture")
        if self.words_from == "none" and (self.target_languages or self.write_recap or self.label_emotions):
            raise ValueError("words_from=none leaves nothing to translate, retell or label")
        if self.words_from == "none" and self.erase is None:
            raise ValueError("words_from=none without erase leaves nothing to do")
        if self.dub and not self.target_languages:
            raise ValueError("dub needs target_languages: it speaks translations")
        if self.render == "none" and (self.dub or self.erase):
            raise ValueError("dub and erase make a film; choose render=mux or burn")
        check_languages(self)
        return self


def parse_input(values: object) -> Input:
    """Check a run's input, which may be anything.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    return validated(Input, values)
