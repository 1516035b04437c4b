"""Reading subtitles off stills: by a model that sees, or by Tesseract."""

import base64
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, ValidationError

from prompts import PROMPTS
from tools.errors import InvalidInput, ModelAnswerInvalid, ProcessFailed
from tools.llm.chat import converse
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest
from tools.llm.json_text import find_object
from tools.llm.usage import Usage
from tools.media.ffmpeg import program
from tools.processes import run_process

_STILLS_AT_ONCE = 8  # in one question
_LIGHT = 125  # of 255: lighter is a letter
_SECONDS = 60.0  # that Tesseract may take for one still
_NO_DATA = ("Error opening data file", "Failed loading language")  # Tesseract's words for it
_PROMPT = PROMPTS["video/read.en"]
#: Tesseract's names of languages, by ours; https://tesseract-ocr.github.io/tessdoc/Data-Files.html
_LANGUAGES = (
    "en:eng zh:chi_sim zh-tw:chi_tra zh-hant:chi_tra ja:jpn ko:kor fr:fra de:deu es:spa it:ita pt:por ru:rus "
    "nl:nld ar:ara hi:hin th:tha vi:vie id:ind tr:tur pl:pol"
)
_TESSERACT = {code: name for code, _, name in (pair.partition(":") for pair in _LANGUAGES.split())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A piece of a film's picture in which a text stands."""

    id: str
    at_ms: int
    png: bytes


class Reader(Protocol):
    """Reads texts off stills."""

    @property
    def name(self) -> str:
        """Who reads: "provider:model", or "tesseract"."""
        ...

    @property
    def usage(self) -> Usage:
        """What it took so far."""
        ...

    async def read(self, stills: Sequence[Still], language: str | None) -> Mapping[str, str]:
        """The text of each still, by id; empty where there is none.

        Raises:
            ModelError: The model does not answer, or never usably.
            ServiceError: Tesseract failed.
        """
        ...


def reader(models: ChatModels) -> Reader:
    """The model of the role vision; without one, Tesseract.

    Raises:
        InvalidInput: "no_reader": there is neither.
    """
    if models.choice("vision") is not None:
        return VisionReader(models)
    if shutil.which("tesseract") is not None:
        return TesseractReader()
    raise InvalidInput(
        "nothing here can read what stands in pictures",
        hint="Set VISION_MODEL, such as dashscope:qwen3-vl-plus; or install Tesseract and its languages.",
        code="no_reader",
    )


class _Reading(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    text: str


class Readings(BaseModel):
    """A model's answer."""

    model_config = ConfigDict(extra="ignore")

    readings: list[_Reading]


class VisionReader:
    """Asks the role vision, several stills in one question."""

    def __init__(self, models: ChatModels) -> None:
        self._models = models
        self.name = models.require("vision").name
        self.usage = Usage()

    async def read(self, stills: Sequence[Still], language: str | None) -> Mapping[str, str]:
        """As Reader has it; stills that an answer leaves out are asked for once more, one by one."""
        found = await self._ask(stills, language)
        left_out = [still for still in stills if still.id not in found]
        if len(stills) > 1:
            for still in left_out:
                found |= await self._ask([still], language)
        missing = [still.at_ms for still in stills if still.id not in found]
        if missing:
            raise ModelAnswerInvalid(
                f"{self.name} gave no reading of the pictures at {missing} ms", code="model_answer_invalid"
            )
        return found

    async def _ask(self, stills: Sequence[Still], language: str | None) -> dict[str, str]:
        asked = ChatRequest(messages=_messages(stills, language), schema=Readings)
        answered = await converse(self._models, "vision", asked)
        self.usage += answered.usage
        written = next((call["args"] for call in answered.value.calls if call["args"]), answered.value.text)
        try:
            readings = Readings.model_validate(find_object(written, Readings.model_fields)).readings
        except ValidationError:
            return {}
        wanted = {still.id for still in stills}
        return {reading.id: reading.text.strip() for reading in readings if reading.id in wanted}


def _messages(stills: Sequence[Still], language: str | None) -> list[BaseMessage]:
    about = {
        "pictures": [{"id": still.id, "at_ms": still.at_ms} for still in stills],
        "language": language,
    }
    pictures: list[str | dict[str, Any]] = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_encoded(still.png)}"}}
        for still in stills
    ]
    text = {"type": "text", "text": json.dumps(about, ensure_ascii=False)}
    return [SystemMessage(_PROMPT.text), HumanMessage(content=[text, *pictures])]


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


class TesseractReader:
    """Runs Tesseract, one process a still."""

    name = "tesseract"

    def __init__(self) -> None:
        self.usage = Usage()

    async def read(self, stills: Sequence[Still], language: str | None) -> Mapping[str, str]:
        """As Reader has it.

        Raises:
            InvalidInput: "reader_language": it does not know the language, or has no data for it.
        """
        return {still.id: await self._one(still, language) for still in stills}

    async def _one(self, still: Still, language: str | None) -> str:
        name = _tesseract_language(language)
        args = ["tesseract", "stdin", "stdout", "-l", name, "--psm", "6"]
        try:
            done = await run_process(args, input=await _in_black(still.png), timeout=_SECONDS)
        except ProcessFailed as error:
            if not any(complaint in error.message for complaint in _NO_DATA):
                raise
            raise InvalidInput(
                f"Tesseract has no data for {language or 'en'!r} ({name})",
                hint=f"Install it (on Debian: apt-get install tesseract-ocr-{name.replace('_', '-')}).",
                code="reader_language",
            ) from None
        return done.stdout.decode(errors="replace").strip()


async def _in_black(png: bytes) -> bytes:
    """Light letters as black ones on white, as Tesseract knows them from paper."""
    read = ["-f", "image2pipe", "-c:v", "png", "-i", "pipe:0"]
    view = f"format=gray,lutyuv=y='if(gt(val,{_LIGHT}),0,255)'"
    command = [program(), "-hide_banner", "-loglevel", "error", *read, "-vf", view]
    done = await run_process(
        [*command, "-f", "image2pipe", "-c:v", "png", "pipe:1"], input=png, timeout=_SECONDS
    )
    return done.stdout


def _tesseract_language(language: str | None) -> str:
    if language is None:
        return "eng"
    key = language.lower().replace("_", "-")
    found = _TESSERACT.get(key) or _TESSERACT.get(key.partition("-")[0])
    if found is None:
        raise InvalidInput(
            f"source_language: Tesseract is not set up here to read {language!r}",
            hint=f"It reads {', '.join(sorted(_TESSERACT))}; or set VISION_MODEL.",
            code="reader_language",
        )
    return found


async def read_all(
    own: Reader,
    stills: Sequence[Callable[[], Any]],
    language: str | None,
    *,
    on_read: Callable[[int], None],
) -> dict[str, str]:
    """Read many stills, a few at a time.

    Args:
        stills: Each makes a Still when it is wanted, so that not all of them are in memory.
        on_read: Is told how many more are read.
    """
    found: dict[str, str] = {}
    for first in range(0, len(stills), _STILLS_AT_ONCE):
        group = [await make() for make in stills[first : first + _STILLS_AT_ONCE]]
        found |= await own.read(group, language)
        on_read(len(group))
    return found
