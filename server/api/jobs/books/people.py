"""A book's people and their voices."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from graphs.audiobook.request import VoiceName
from graphs.audiobook.stage import Stage, find_stage
from server.api.deps import Open
from server.api.jobs.books import board
from server.api.jobs.books.book import character_json, task_json, voice_json
from server.api.jobs.books.envelope import FAILURES, EnvelopeRoute, success
from tools.audiobook.lines import NARRATOR
from tools.audiobook.voices import Age, Gender, Style, pitch_of
from tools.errors import NotFound
from tools.llm.chat_models import bind as bind_models
from tools.speech.current import bind as bind_speech
from tools.text.language import Language

router = APIRouter(prefix="/api/books", tags=["audiobooks"], route_class=EnvelopeRoute, responses=FAILURES)

_SAMPLE = {"en": "The rain has stopped, and the boat is waiting.", "zh": "雨停了，船在渡口等着。"}


class CharacterChange(BaseModel):
    """What a person knows of a character, or wants of its voice."""

    model_config = ConfigDict(extra="forbid")

    gender: Gender | None = None
    age: Age | None = None
    styles: list[Style] = Field(default=[], max_length=8)


class Binding(BaseModel):
    """A voice for a character."""

    model_config = ConfigDict(extra="forbid")

    voiceId: VoiceName


class Preview(BaseModel):
    """What a voice is to say."""

    model_config = ConfigDict(extra="forbid")

    voiceId: VoiceName
    text: str | None = Field(default=None, min_length=1, max_length=300)
    language: Language = "en"


@router.post("/{book_id}/characters/recognize", status_code=202)
async def recognise(book_id: str, resources: Open) -> Response:
    """Find out who speaks."""
    run = await board.begin(resources, await board.find(resources, book_id), until="characters")
    return success(task_json(run, None), status=202)


@router.get("/{book_id}/characters/recognize")
async def recognition_status(book_id: str, resources: Open) -> Response:
    """How far that is."""
    book = await board.find(resources, book_id)
    return success(task_json(*await board.latest(resources, book, "characters")))


@router.get("/{book_id}/characters")
async def list_characters(
    book_id: str, resources: Open, search: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The people, the most mentioned first, with their voices."""
    values = await board.result_of(resources, await board.find(resources, book_id))
    found = [
        one
        for one in _characters(values)
        if search.lower() in " ".join([one["canonicalName"], *one["aliases"]]).lower()
    ]
    found.sort(key=lambda one: one["mentions"], reverse=True)
    return success({"characters": found, "relations": values["relations"]})


@router.get("/{book_id}/characters/{character_id}")
async def get_character(book_id: str, character_id: str, resources: Open) -> Response:
    """One of them."""
    values = await board.result_of(resources, await board.find(resources, book_id))
    return success(_one(values, character_id))


@router.put("/{book_id}/characters/{character_id}")
async def change_character(
    book_id: str, character_id: str, body: CharacterChange, resources: Open
) -> Response:
    """Say gender, age or style; a cast is made anew. It holds for later tasks."""
    book = await board.find(resources, book_id)
    _one(await board.result_of(resources, book), character_id)
    values = await board.edit(resources, book, {"people": {character_id: body.model_dump()}})
    return success(_one(values, character_id))


@router.get("/{book_id}/voice-bindings")
async def list_bindings(book_id: str, resources: Open) -> Response:
    """Who has which voice, the narrator first."""
    values = await board.result_of(resources, await board.find(resources, book_id))
    cast = board.told(values, "cast", "POST script/generate makes one.")
    return success({"bindings": [voice_json(part) for part in cast]})


@router.put("/{book_id}/characters/{character_id}/voices")
async def bind_voice(book_id: str, character_id: str, body: Binding, resources: Open) -> Response:
    """Choose a voice; ``narrator`` is a character here. Nobody else's is chosen anew but by the casting."""
    return await _voice(resources, book_id, character_id, body.voiceId)


@router.delete("/{book_id}/characters/{character_id}/voices")
async def free_voice(book_id: str, character_id: str, resources: Open) -> Response:
    """Leave the choice to the casting again."""
    return await _voice(resources, book_id, character_id, None)


async def _voice(resources: Open, book_id: str, role: str, voice: str | None) -> Response:
    book = await board.find(resources, book_id)
    values = await board.result_of(resources, book)
    parts = board.told(values, "cast", "POST script/generate makes one.")
    if role not in {part["role"] for part in parts}:
        raise _no_character(role)
    values = await board.edit(resources, book, {"voices": {role: voice}})
    return success({"bindings": [voice_json(part) for part in values["cast"]]})


@router.get("/{book_id}/voices")
async def list_voices(book_id: str, resources: Open, language: Language = "en") -> Response:
    """The voices that books of a language can be cast with here."""
    await board.find(resources, book_id)
    stage = await _stage(resources, language)
    return success(
        {
            "engine": stage.engine,
            "voices": [
                {
                    "voiceId": voice.id,
                    "gender": voice.gender,
                    "age": voice.age,
                    "styles": voice.styles,
                    "isNarrator": voice.narrates,
                }
                for voice in stage.voices
            ],
        }
    )


@router.post("/{book_id}/voices/preview", response_class=Response)
async def preview_voice(book_id: str, body: Preview, resources: Open) -> Response:
    """A voice, saying something, as a WAV file."""
    await board.find(resources, book_id)
    stage = await _stage(resources, body.language)
    await stage.check([body.voiceId])
    sound = await stage.speaker.say(
        body.text or _SAMPLE[body.language],
        voice=body.voiceId.partition("@")[0],
        language=body.language,
        speed=1.0,
        pitch=pitch_of(body.voiceId),
    )
    return Response(sound.data, media_type=sound.media_type)


async def _stage(resources: Open, language: str) -> Stage:
    runner = resources.executor.runner
    with bind_models(runner.models), bind_speech(speaker=runner.speaker):
        return await find_stage(language)


def _characters(values: dict[str, Any]) -> list[dict[str, Any]]:
    parts = {part["role"]: part for part in values.get("cast") or ()}
    wishes: dict[str, Any] = values["locks"]["people"]
    return [
        character_json(one, parts.get(one["id"]), wishes.get(one["id"], {})) for one in values["characters"]
    ]


def _one(values: dict[str, Any], character_id: str) -> dict[str, Any]:
    for one in _characters(values):
        if one["id"] == character_id:
            return one
    raise _no_character(character_id)


def _no_character(character_id: str) -> NotFound:
    return NotFound(
        f"The book has no character {character_id[:60]!r}.",
        hint=f"GET characters lists them; {NARRATOR} has a voice, too.",
        code="character_not_found",
    )
