"""DashScope's realtime WebSocket, ``/api-ws/v1/realtime?model=``: omni converses, ASR hears, TTS speaks.

A model whose name holds "asr" transcribes what it hears, one whose name holds "tts" speaks the text that it
is sent, and any other answers.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from evals.model_server.question import Json, Message, Question, Task
from evals.model_server.realtime_events import hearing_events, speaking_events
from evals.model_server.server import ModelServer
from evals.model_server.session import Broken, Session, TaskFailed
from evals.model_server.sound import billed_characters
from evals.model_server.voice_activity import VoiceActivity

_SILENCE_MS = 800


class RealtimeSocket:
    """The ASGI application."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection: one conversation."""
        socket = WebSocket(scope, receive, send)
        session = Session(self._server, socket, is_read_elsewhere=True)
        if not await session.accept():
            return
        conversation = _Conversation(session, socket.query_params.get("model", ""))
        try:
            with suppress(WebSocketDisconnect, Broken):
                await conversation.play()
        finally:
            await conversation.stop()


class _Conversation:
    def __init__(self, session: Session, model: str) -> None:
        self._session = session
        self._model = model
        self._settings: Json = {"modalities": ["text", "audio"], "turn_detection": {"type": "server_vad"}}
        self._sound = bytearray()
        self._heard = b""  # the last utterance, which the next response answers
        self._text: list[str] = []
        self._history: list[Message] = []
        self._activity = VoiceActivity(_SILENCE_MS)
        self._responding: asyncio.Task[None] | None = None
        self._count = 0
        self._handlers: dict[str, Callable[[Json], Awaitable[None]]] = {
            "session.update": self._update,
            "session.finish": self._finish,
            "input_audio_buffer.append": self._append_sound,
            "input_audio_buffer.commit": self._commit_sound,
            "input_audio_buffer.clear": self._clear_sound,
            "input_text_buffer.append": self._append_text,
            "input_text_buffer.commit": self._commit_text,
            "conversation.item.create": self._create_item,
            "response.create": self._respond,
            "response.cancel": self._cancel,
        }

    async def play(self) -> None:
        """Until the client leaves or the session is finished."""
        await self._say("session.created", session=self._session_fields())
        while True:
            event = await self._session.receive()
            if not isinstance(event, dict):
                continue
            handler = self._handlers.get(event["type"])
            if handler is None:
                await self._error("invalid_value", f"unknown event type {event['type']!r}")
            else:
                await handler(event)

    async def stop(self) -> None:
        """End what is being said."""
        if self._responding:
            self._responding.cancel()
            with suppress(asyncio.CancelledError):
                await self._responding

    @property
    def _is_hearing(self) -> bool:
        return "asr" in self._model

    @property
    def _is_speaking(self) -> bool:
        return "tts" in self._model

    async def _update(self, event: Json) -> None:
        self._settings |= event["session"]
        detection: Json = self._settings.get("turn_detection") or {}
        self._activity = VoiceActivity(detection.get("silence_duration_ms", _SILENCE_MS))
        await self._say("session.updated", session=self._session_fields())

    async def _finish(self, event: Json) -> None:
        del event
        if self._is_speaking and self._text:
            await self._commit_text({})
        if self._is_hearing and self._sound:
            await self._commit_sound({})
        if self._responding:
            await asyncio.wait({self._responding})
        await self._say("session.finished")
        await self._session.close()
        raise Broken

    async def _append_sound(self, event: Json) -> None:
        sound = base64.b64decode(event["audio"])
        self._sound += sound
        if not self._settings.get("turn_detection"):
            return
        match self._activity.take(sound):
            case "started":
                if not self._is_hearing:
                    await self._cancel({})  # whoever speaks interrupts what is being said
                await self._say("input_audio_buffer.speech_started", audio_start_ms=0)
            case "stopped":
                await self._say("input_audio_buffer.speech_stopped", audio_end_ms=len(self._sound) // 32)
                await self._commit_sound({})
                if not self._is_hearing:
                    await self._respond({})
            case _:
                pass

    async def _commit_sound(self, event: Json) -> None:
        del event
        if not self._sound:
            await self._error("input_audio_buffer_commit_empty", "the buffer holds no sound")
            return
        sound = bytes(self._sound)
        self._sound.clear()
        item = self._next("item")
        await self._say("input_audio_buffer.committed", item_id=item)
        await self._say("conversation.item.created", item={"id": item, "type": "message", "role": "user"})
        if self._is_hearing:
            self._start(partial(self._transcribe, item, sound))
        else:
            self._history.append(Message(role="user", text=self._session.server.memory.heard(sound) or ""))
            self._heard = sound

    async def _clear_sound(self, event: Json) -> None:
        del event
        self._sound.clear()
        await self._say("input_audio_buffer.cleared")

    async def _append_text(self, event: Json) -> None:
        self._text.append(event["text"])

    async def _commit_text(self, event: Json) -> None:
        del event
        text = "".join(self._text)
        self._text.clear()
        await self._say("input_text_buffer.committed", item_id=self._next("item"))
        self._start(partial(self._answer, [Message(role="user", text=text)], b""))

    async def _create_item(self, event: Json) -> None:
        item: Json = event["item"]
        parts: list[Json] = item.get("content") or []
        text = "".join(part.get("text", "") for part in parts)
        self._history.append(Message(role=item.get("role", "user"), text=text))
        await self._say("conversation.item.created", item={"id": self._next("item"), **item})

    async def _respond(self, event: Json) -> None:
        del event
        sound, self._heard = self._heard, b""
        self._start(partial(self._answer, [*self._history], sound))

    async def _cancel(self, event: Json) -> None:
        del event
        if self._responding and not self._responding.done():
            await self.stop()
            response: Json = {"id": f"resp_{self._count}", "status": "cancelled", "output": [], "usage": None}
            await self._say("response.done", response=response)

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Let the answer be said while the client goes on talking."""
        self._responding = asyncio.ensure_future(self._guarded(work, self._responding))

    async def _guarded(self, work: Callable[[], Awaitable[None]], earlier: asyncio.Task[None] | None) -> None:
        if earlier:
            await asyncio.wait({earlier})
        try:
            await work()
        except TaskFailed as error:
            await self._error(error.failure.dashscope, error.failure.message)
        except (Broken, WebSocketDisconnect):
            return

    async def _transcribe(self, item: str, sound: bytes) -> None:
        question = Question(task=Task.HEAR, model=self._model, audio=sound, options=self._settings)
        task = await self._session.begin(question, {"sound": f"{len(sound)} bytes"})
        try:
            await self._session.say(task, hearing_events(item, task.answer.text))
        finally:
            self._session.end(task, "answered" if task.record.fault is None else "broken")

    async def _answer(self, messages: list[Message], sound: bytes) -> None:
        instructions = self._settings.get("instructions")
        head = [Message(role="system", text=instructions)] if instructions else []
        question = Question(
            task=Task.SPEAK if self._is_speaking else Task.CHAT,
            model=self._model,
            messages=[*head, *messages],
            audio=sound,
            options=self._settings,
        )
        task = await self._session.begin(question, {"messages": [message.text for message in messages]})
        text = question.text if self._is_speaking else task.answer.text
        try:
            modalities: list[str] = ["audio"] if self._is_speaking else self._settings["modalities"]
            usage = {"characters": billed_characters(text)} if self._is_speaking else None
            events = speaking_events(self._next("resp"), text, modalities, self._session.server, usage)
            await self._session.say(task, events)
            self._history.append(Message(role="assistant", text=text))
            self._session.end(task)
        finally:
            self._session.end(task, "cancelled")

    def _session_fields(self) -> Json:
        return {"id": "sess_1", "object": "realtime.session", "model": self._model, **self._settings}

    async def _error(self, code: str, message: str) -> None:
        error = {"type": "invalid_request_error", "code": code, "message": message, "param": None}
        await self._say("error", error=error)

    async def _say(self, kind: str, **fields: object) -> None:
        await self._session.send({"event_id": self._next("event"), "type": kind, **fields})

    def _next(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count}"
