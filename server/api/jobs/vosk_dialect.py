"""``/vosk``: the dialect of vosk-server, so that its clients connect unchanged.

The client may send ``{"config": {"sample_rate", "phrase_list", "words", "language"}}``, then PCM16 frames,
each of which is answered, then ``{"eof": 1}``, whose answer is the last. ``{"flush": 1}`` ends an utterance
and ``{"reset": 1}`` forgets it; these two are ours.
"""

import asyncio
from contextlib import suppress
from typing import Any, cast

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.api.deps import Open
from server.stream.event_stream import STALL_SECONDS
from tools.errors import InputTooLarge, InvalidInput, ServiceError
from tools.speech.base import Final, HearingOptions, Partial, SpeechEngine, SpeechStream

MAX_FRAME = 2 * 1024 * 1024  # bytes; 65 s at 16 kHz

router = APIRouter(tags=["vosk"])


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sample_rate: float | None = None
    phrase_list: list[str] = Field(default=[], max_length=1000)
    words: bool | int = True
    language: str | None = Field(default=None, max_length=20)
    max_alternatives: int = Field(default=0, le=0, description="Only the likeliest text is told.")


class _Left(Exception):
    """The client has left, or is done."""


@router.websocket("/vosk")
async def recognise(websocket: WebSocket, resources: Open) -> None:
    """Hear one client."""
    await websocket.accept()
    parts = resources.sessions.parts
    dialect = _Dialect(websocket, parts.engine, parts.sample_rate)
    try:
        with suppress(WebSocketDisconnect, _Left):
            while True:
                await dialect.take(await websocket.receive())
    finally:
        await dialect.close()


class _Dialect:
    def __init__(self, websocket: WebSocket, engine: SpeechEngine, sample_rate: int) -> None:
        self._websocket = websocket
        self._engine = engine
        self._options = HearingOptions(sample_rate=sample_rate)
        self._has_words = True
        self._stream: SpeechStream | None = None
        self._partial = ""

    async def take(self, message: Any) -> None:
        """One frame; what is wrong with it is answered, and the connection stays."""
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        frame: str | bytes = message.get("text") or message.get("bytes") or b""
        try:
            if len(frame) > MAX_FRAME:
                raise InputTooLarge(
                    f"a frame of {len(frame)} bytes is larger than {MAX_FRAME}", code="frame_too_large"
                )
            if (command := _command(frame)) is not None:
                await self._obey(command)
            else:
                await self._hear(cast("bytes", frame))
        except ServiceError as error:
            await self._send({"error": {"code": error.code, "message": error.message, "hint": error.hint}})

    async def close(self) -> None:
        """Give the recogniser back."""
        if self._stream is not None:
            await self._stream.close()
            self._stream = None

    async def _obey(self, command: dict[str, Any]) -> None:
        if "config" in command:
            await self._configure(command["config"])
        elif command.get("eof"):
            await self._send(self._result(await (await self._opened()).finish()))
            await self._websocket.close()
            raise _Left
        elif command.get("flush"):
            await self._send(self._result(await (await self._opened()).finish()))
        elif command.get("reset"):
            await (await self._opened()).reset()
            self._partial = ""
        else:
            raise InvalidInput(
                f"there is no command {', '.join(command)!r}"[:200],
                hint="Send config, eof, flush or reset.",
                code="unknown_event",
            )

    async def _configure(self, told: Any) -> None:
        try:
            config = _Config.model_validate(told)
        except ValidationError as invalid:
            first = invalid.errors()[0]
            raise InvalidInput(
                f"config.{'.'.join(map(str, first['loc']))}: {first['msg']}", code="invalid_event"
            ) from None
        rate = config.sample_rate
        self._options = HearingOptions(
            sample_rate=self._options.sample_rate if rate is None else int(rate),
            language=config.language,
            grammar=tuple(config.phrase_list),
        )
        self._has_words = bool(config.words)
        await self.close()

    async def _hear(self, pcm: bytes) -> None:
        answer: dict[str, Any] | None = None
        for told in await (await self._opened()).feed(pcm):
            if isinstance(told, Partial):
                self._partial = told.text
            else:
                answer = self._result(told)
        await self._send(answer or {"partial": self._partial})

    async def _opened(self) -> SpeechStream:
        if self._stream is None:
            self._stream = await self._engine.open(self._options)
        return self._stream

    def _result(self, final: Final) -> dict[str, Any]:
        self._partial = ""
        words = [
            {"conf": word.confidence, "end": word.end, "start": word.start, "word": word.text}
            for word in final.words
        ]
        told: dict[str, Any] = {"result": words} if words and self._has_words else {}
        if final.speaker is not None:
            told["spk"] = list(final.speaker)
        return told | {"text": final.text}

    async def _send(self, answer: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await self._websocket.send_text(orjson.dumps(answer).decode())
        except (TimeoutError, RuntimeError):
            raise WebSocketDisconnect from None


def _command(frame: str | bytes) -> dict[str, Any] | None:
    """A frame's JSON; None for sound. Some clients send commands as bytes."""
    if isinstance(frame, bytes) and not frame.lstrip().startswith(b'{"'):
        return None
    try:
        told: Any = orjson.loads(frame)
    except orjson.JSONDecodeError:
        if isinstance(frame, bytes):
            return None
        raise InvalidInput("the frame is no JSON", code="invalid_json") from None
    if not isinstance(told, dict):
        raise InvalidInput("a command is a JSON object", code="invalid_event")
    return cast("dict[str, Any]", told)
