"""What goes into the audiobook graph: a novel, what is to become of it, and what people have decided."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from graphs.characters import sources as characters
from graphs.characters.state import Input as CharactersInput
from graphs.characters.state import Language
from graphs.characters.state import Options as Recognition
from graphs.inputs import validated
from tools.audiobook.lines import Tone
from tools.audiobook.voices import Age, Gender, Style

Until = Literal["characters", "script", "cast", "audio"]
Id = Annotated[str, Field(min_length=1, max_length=200)]
VoiceName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s/\\]+$")]

_MOST = 100_000  # decisions of a kind


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineEdit(_Part):
    """How a person wants a line to be said."""

    tone: Tone | None = None
    strength: int | None = Field(default=None, ge=0, le=100)
    pause_ms: int | None = Field(default=None, ge=0, le=60_000)


class PersonEdit(_Part):
    """What a person knows, or wants, of a character's voice."""

    gender: Gender | None = None
    age: Age | None = None
    styles: list[Style] = Field(default=[], max_length=8)


class Edits(_Part):
    """What people decided. It holds for later runs of the thread too, until it is decided anew."""

    speakers: dict[Id, Id | None] = Field(
        default={}, max_length=_MOST, description="Who says a quotation; None: as it was found."
    )
    lines: dict[Id, LineEdit | None] = Field(
        default={}, max_length=_MOST, description="By lines' ids; None: as it was."
    )
    voices: dict[Id, VoiceName | None] = Field(
        default={}, max_length=_MOST, description="By characters' ids, or narrator; None: chosen again."
    )
    people: dict[Id, PersonEdit | None] = Field(
        default={}, max_length=_MOST, description="By characters' ids."
    )
    again: list[Id] = Field(default=[], max_length=_MOST, description="Lines that are to be spoken anew.")


class Options(_Part):
    """How it is made."""

    until: Until = Field(default="audio", description="What is made: characters, script, cast or audio.")
    review: bool = Field(default=False, description="Show cast and unsure lines, and wait for a person.")
    chapters: list[Annotated[int, Field(ge=0)]] = Field(
        default=[], max_length=10_000, description="Only these are spoken; none: all."
    )
    speed: float = Field(default=1.0, ge=0.5, le=2.0, description="Of speech; models have one of their own.")
    at_once: int = Field(default=4, ge=1, le=32, description="Lines that are spoken at the same time.")
    mp3: bool = Field(default=True, description="MP3 files by chapter, too.")
    recognition: Recognition = Field(default=Recognition(), description="As the job characters has it.")


class Input(_Part):
    """A novel: its text, or a stored file that holds it."""

    text: str | None = Field(default=None, description="The novel itself; this or file_id.")
    file_id: str | None = Field(
        default=None, description="A stored txt, md, epub or docx file; this or text."
    )
    language: Language | None = Field(default=None, description="Detected when not given.")
    title: str = Field(default="", max_length=300, description="By default the file's name.")
    author: str = Field(default="", max_length=200)
    cover_file_id: str | None = Field(default=None, description="A PNG or JPEG; one is made when not given.")
    edits: Edits = Edits()
    options: Options = Options()

    @model_validator(mode="after")
    def _one_source(self) -> "Input":
        if (self.text is None) == (self.file_id is None):
            raise ValueError("give exactly one of text and file_id")
        return self

    @property
    def novel(self) -> CharactersInput:
        """What the characters graph is given."""
        return CharactersInput(
            text=self.text,
            file_id=self.file_id,
            language=self.language,
            options=self.options.recognition,
        )


def parse_input(values: object) -> Input:
    """Check a run's input, which may be anything.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    return validated(Input, values)


async def check_input(values: object) -> None:
    """Refuse what cannot be read, before a run is queued for it.

    Raises:
        InvalidInput: As parse_input does, or the text is empty or none.
        NotFound: There is no such file.
    """
    await characters.read_source(parse_input(values).novel)
