"""What goes into the audiobook graph: a novel, what is to become of it, and what people have decided."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from graphs.characters import sources as characters
from graphs.characters.edits import SPOKEN_OPERATIONS, parse_edits
from graphs.characters.state import Input as CharactersInput
from graphs.characters.state import Language
from graphs.characters.state import Options as Recognition
from graphs.inputs import validated

Until = Literal["characters", "script", "cast", "audio"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Options(_Part):
    """How it is made."""

    until: Until = Field(default="audio", description="What is made: characters, script, cast or audio.")
    review: bool = Field(default=False, description="Show cast and unsure lines, and wait for a person.")
    chapters: list[Annotated[int, Field(ge=0)]] = Field(
        default=[], max_length=10_000, description="Only these are spoken; none: all."
    )
    speed: float = Field(default=1.0, ge=0.5, le=2.0, description="Of speech; models have one of their own.")
    direct: bool = Field(
        default=True, description="With a model: let it say tone, strength, pauses and stress of quotations."
    )
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
    edits: list[Any] = Field(
        default=[],
        description="What people decide, in order; it holds for later runs. See graphs/characters/edits.py.",
    )
    options: Options = Options()

    @model_validator(mode="after")
    def _one_source(self) -> "Input":
        if (self.text is None) == (self.file_id is None):
            raise ValueError("give exactly one of text and file_id")
        if self.options.recognition.review:
            raise ValueError("options.recognition.review: an audiobook is reviewed once, by options.review")
        parse_edits(self.edits, SPOKEN_OPERATIONS)
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
