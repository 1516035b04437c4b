"""A book's people and their voices."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from graphs.characters.edits import Name
from graphs.characters.wishes import VoiceName
from server.api.deps import Open
from server.api.jobs.books import board
from server.api.jobs.books.book import characters, no_character, one_character, task_json, voice_json
from server.api.jobs.books.envelope import FAILURES, EnvelopeRoute, success
from tools.audiobook.voices import Style, pitch_of
from tools.novels.types import Age, Gender, Importance
from tools.text.language import Language

router = APIRouter(prefix="/api/books", tags=["audiobooks"], route_class=EnvelopeRoute, responses=FAILURES)

_SAMPLE = {"en": "The rain has stopped, and the boat is waiting.", "zh": "雨停了，船在渡口等着。"}


class NewCharacter(BaseModel):
    """Somebody whom nothing found."""

    model_config = ConfigDict(extra="forbid")

    canonicalName: Name
    gender: Gender = "unknown"
    age: Age = "unknown"


class CharacterChange(BaseModel):
    """What a person knows of a character, or wants of its voice; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    gender: Gender | None = None
    age: Age | None = None
    importance: Importance | None = None
    traits: list[Name] | None = Field(default=None, max_length=20)
    styles: list[Style] | None = Field(default=None, max_length=8)

    @model_validator(mode="after")
    def _says_something(self) -> "CharacterChange":
        if all(value is None for value in self.model_dump().values()):
            raise ValueError(f"give at least one of {', '.join(CharacterChange.model_fields)}")
        return self

    def edits(self, id: str) -> list[dict[str, Any]]:
        """What it comes to."""
        described = self.model_dump(exclude={"name", "styles"}, exclude_none=True)
        found: list[dict[str, Any]] = []
        if self.name is not None:
            found.append({"op": "rename", "id": id, "name": self.name})
        if described:
            found.append({"op": "describe", "id": id, **described})
        if self.styles is not None:
            found.append({"op": "style", "id": id, "styles": self.styles})
        return found


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
        for one in characters(values)
        if search.lower() in " ".join([one["canonicalName"], *one["aliases"]]).lower()
    ]
    found.sort(key=lambda one: one["mentions"], reverse=True)
    return success({"characters": found, "relations": values["relations"]})


@router.post("/{book_id}/characters", status_code=201)
async def add_character(book_id: str, body: NewCharacter, resources: Open) -> Response:
    """Add somebody; ``PUT script`` says which lines are whose."""
    book = await board.find(resources, book_id)
    edit = {"op": "add", "name": body.canonicalName, "gender": body.gender, "age": body.age}
    values = await board.edit(resources, book, [edit])
    return success(one_character(values, values["history"][-1]["id"]), status=201)


@router.get("/{book_id}/characters/{character_id}")
async def get_character(book_id: str, character_id: str, resources: Open) -> Response:
    """One of them."""
    values = await board.result_of(resources, await board.find(resources, book_id))
    return success(one_character(values, character_id))


@router.put("/{book_id}/characters/{character_id}")
async def change_character(
    book_id: str, character_id: str, body: CharacterChange, resources: Open
) -> Response:
    """Rename or describe one; a cast is made anew. It holds for later tasks."""
    book = await board.find(resources, book_id)
    one_character(await board.result_of(resources, book), character_id)
    return success(one_character(await board.edit(resources, book, body.edits(character_id)), character_id))


@router.delete("/{book_id}/characters/{character_id}")
async def remove_character(book_id: str, character_id: str, resources: Open) -> Response:
    """Say that somebody is no person; the narrator reads its quotations."""
    book = await board.find(resources, book_id)
    one_character(await board.result_of(resources, book), character_id)
    await board.edit(resources, book, [{"op": "remove", "id": character_id}])
    return success({"id": character_id})


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
        raise no_character(role)
    values = await board.edit(resources, book, [{"op": "voice", "id": role, "voice": voice}])
    return success({"bindings": [voice_json(part) for part in values["cast"]]})


@router.get("/{book_id}/voices")
async def list_voices(book_id: str, resources: Open, language: Language = "en") -> Response:
    """The voices that books of a language can be cast with here."""
    await board.find(resources, book_id)
    stage = await board.stage_of(resources, language)
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
    stage = await board.stage_of(resources, body.language)
    await stage.check([body.voiceId])
    sound = await stage.speaker.say(
        body.text or _SAMPLE[body.language],
        voice=body.voiceId.partition("@")[0],
        language=body.language,
        speed=1.0,
        pitch=pitch_of(body.voiceId),
    )
    return Response(sound.data, media_type=sound.media_type)
