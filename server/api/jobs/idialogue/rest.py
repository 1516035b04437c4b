"""iDialogue's requests: hearing, speaking, suggesting, and how the parts are."""

import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from server.api.accounts.multipart import Form
from server.api.body import JsonRoute
from server.api.deps import Open
from server.api.errors import ErrorBody
from server.api.following import ended
from server.api.langgraph.answers import json_answer
from server.api.speech_parts import HEALTHY, speech_services
from server.files import ownership
from server.realtime.talk import GRAPH
from server.runs.job import RunRequest
from tools.errors import InputTooLarge, InvalidInput, ServiceError
from tools.speech.decoding import as_wav
from tools.speech.recording import open_wav, recognise

MAX_AUDIO = 40 * 1024 * 1024  # bytes of one upload

router = APIRouter(tags=["iDialogue"])
json_routes = APIRouter(tags=["iDialogue"], route_class=JsonRoute)
_JSON_OBJECT: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}


@router.post(
    "/api/stt",
    openapi_extra={
        "requestBody": {
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["audio"],
                        "properties": {"audio": {"type": "string", "format": "binary"}},
                    }
                }
            }
        }
    },
)
async def hear(
    request: Request,
    resources: Open,
    language: Annotated[str | None, Query(max_length=20, description="Code of what is spoken.")] = None,
) -> Response:
    """What is said in a recording: the form's field `audio`, in any usual format."""
    ownership.writer()
    began = time.perf_counter()
    source = await as_wav(await _audio(request))
    with open_wav(source) as recording:
        engine = resources.sessions.parts.engine
        found = [utterance async for utterance in recognise(engine, recording, language=language)]
        seconds = recording.seconds
    known = [word.confidence for u in found for word in u.final.words if word.confidence is not None]
    return json_answer(
        {
            "text": " ".join(utterance.final.text for utterance in found),
            "confidence": sum(known) / len(known) if known else None,
            "processing_time": round(time.perf_counter() - began, 3),
            "duration": round(seconds, 3),
            "words": [
                {"word": w.text, "start": w.start, "end": w.end, "confidence": w.confidence}
                for utterance in found
                for w in utterance.final.words
            ],
        }
    )


class SpeechWish(BaseModel):
    """What is to be said."""

    model_config = ConfigDict(extra="forbid")

    text: str
    voice: str | None = Field(default=None, max_length=100)
    speaker: str | None = Field(default=None, max_length=100, description="The same, by an older name.")
    language: str | None = Field(default=None, max_length=20)
    speed: float = 1.0
    speaker_wav: str | None = None


@json_routes.post("/api/tts", response_class=Response, responses={503: {"model": ErrorBody}})
async def say(body: SpeechWish, resources: Open) -> Response:
    """A text, spoken, as a WAV file."""
    if body.speaker_wav is not None:
        raise InvalidInput(
            "speaker_wav: voices are not made from recordings",
            hint="GET /api/tts/speakers lists those that there are.",
            code="unsupported_field",
        )
    sound = await resources.sessions.parts.speaker.say(
        body.text, voice=body.voice or body.speaker, language=body.language, speed=body.speed
    )
    return Response(sound.data, media_type=sound.media_type)


@json_routes.get("/api/tts/speakers")
async def speakers(resources: Open) -> Response:
    """The voices of this server; none when it does not speak."""
    speaker = resources.sessions.parts.speaker
    found = [{"name": voice.name, "language": voice.language} for voice in await speaker.voices()]
    return json_answer({"engine": speaker.name, "speakers": found})


class SuggestionWish(BaseModel):
    """What replies are wanted for."""

    model_config = ConfigDict(extra="forbid")

    scenario_context: str | None = Field(default=None, max_length=4000)
    user_opinion: str | None = Field(default=None, max_length=1000)
    target_dialogue: str = Field(min_length=1, max_length=2000)
    modification_suggestion: list[str] = Field(default=[], max_length=20)
    suggestion_count: int = Field(default=3, ge=1, le=5)


@json_routes.post("/api/generate_suggestions")
async def suggest(body: SuggestionWish, resources: Open) -> Response:
    """Replies to what a partner said. `confidence` is null: nobody has measured one."""
    began = time.perf_counter()
    setup: dict[str, Any] = {"count": body.suggestion_count}
    setup |= {"scenario": body.scenario_context} if body.scenario_context else {}
    given: dict[str, Any] = {"setup": setup, "said": [{"speaker": "partner", "text": body.target_dialogue}]}
    given |= {"intent": {"text": body.user_opinion}} if body.user_opinion else {}
    given |= {"adjust": body.modification_suggestion} if body.modification_suggestion else {}
    run = await resources.runs.create_run(RunRequest(assistant_id=GRAPH, input=given, keep_thread=False))
    run = await ended(resources, run)
    if run.error is not None:
        raise ServiceError(run.error["message"], hint=run.error.get("hint", ""), code=run.error.get("code"))
    output = await resources.states.output(run)
    replies: dict[str, Any] = output["replies"]
    if replies["failure"] is not None and not replies["replies"]:
        failure = replies["failure"]
        raise ServiceError(failure["message"], hint=failure["hint"], code=failure["code"])
    suggestions = [{**reply, "content": reply["text"], "confidence": None} for reply in replies["replies"]]
    taken = round(time.perf_counter() - began, 3)
    told = {"missing": replies["missing"], "mode": replies["mode"], "processing_time": taken}
    return json_answer({"suggestions": suggestions, **told})


@json_routes.get(
    "/api/health/ready", responses={503: {"description": "Speech is not heard", "content": _JSON_OBJECT}}
)
async def ready(resources: Open) -> Response:
    """Whether a conversation can be held; 503 when speech is not heard here."""
    services = speech_services(resources)
    shown = {name: services[name] for name in ("websocket", "stt", "llm")}
    is_ready = shown["stt"] == HEALTHY
    answer = json_answer({"status": "ready" if is_ready else "not_ready", **_stamp(), "services": shown})
    answer.status_code = 200 if is_ready else 503
    return answer


@json_routes.get("/conversation/health")
async def conversation_health(resources: Open) -> Response:
    """How the parts of a conversation are; degraded without speech recognition or a language model."""
    services = speech_services(resources)
    named = {
        "session_manager": services["session_manager"],
        "stt_service": services["stt"],
        "llm_service": services["llm"],
        "request_manager": services["request_manager"],
        "websocket_handler": services["websocket"],
    }
    told = {name: HEALTHY if state == HEALTHY else "unavailable" for name, state in named.items()}
    status = HEALTHY if all(state == HEALTHY for state in told.values()) else "degraded"
    about = {"service": "scriptorium", "version": version("scriptorium-service"), "timezone": "UTC"}
    return json_answer({"status": status, **_stamp(), **about, "services": told})


router.include_router(json_routes)


def _stamp() -> dict[str, str]:
    return {"timestamp": datetime.now(UTC).isoformat()}


async def _audio(request: Request) -> bytes:
    """The form's field ``audio``."""
    form = Form(request.headers.get("content-type", ""), request.stream())
    sound: bytearray | None = None
    async for part in form.parts():
        if part.name != "audio":
            raise InvalidInput(
                f"There is no field {part.name[:50]!r}.", hint="Send `audio`.", code="unknown_field"
            )
        sound = bytearray()
        async for chunk in part.chunks():
            sound += chunk
            if len(sound) > MAX_AUDIO:
                raise InputTooLarge(
                    f"audio: more than the limit of {MAX_AUDIO} bytes",
                    hint="Upload it as a file and run a graph on it.",
                    code="audio_too_large",
                )
    if not sound:
        raise InvalidInput("The form has no field `audio`.", code="no_file")
    return bytes(sound)
