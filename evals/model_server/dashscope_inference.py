"""DashScope's task WebSocket, ``/api-ws/v1/inference``: CosyVoice speaks and Fun-ASR or Paraformer hears.

The client sends run-task, then text (continue-task) or sound (bytes), then finish-task.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from evals.model_server.pace import split
from evals.model_server.question import Json, Message, Question, Task
from evals.model_server.server import ModelServer
from evals.model_server.session import Broken, Event, Session, TaskFailed
from evals.model_server.sound import billed_characters, pieces, samples, wav
from evals.model_server.voice_activity import VoiceActivity

_MILLISECONDS_PER_TOKEN = 200
_SILENCE_MS = 800  # after an utterance
_SENTENCE_END = re.compile(r"(?<=[.!?。！？\n])")


class InferenceSocket:
    """The ASGI application."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, on which one task follows another."""
        session = Session(self._server, WebSocket(scope, receive, send))
        if not await session.accept():
            return
        with suppress(WebSocketDisconnect, Broken):
            while True:
                command = await session.receive()
                if isinstance(command, dict) and command["header"]["action"] == "run-task":
                    await _Run(session, command).play()


class _Run:
    """One task, from run-task to task-finished or task-failed."""

    def __init__(self, session: Session, command: Json) -> None:
        self._session = session
        self._id: str = command["header"]["task_id"]
        self._payload: Json = command["payload"]
        self._parameters: Json = self._payload.get("parameters") or {}
        self._said: list[tuple[bytes, str]] = []

    async def play(self) -> None:
        """Run the task.

        Raises:
            Broken: When the connection is.
            WebSocketDisconnect: When the client left.
        """
        play = self._speak if self._payload["task"] == "tts" else self._hear
        try:
            await self._session.send(self._event("task-started"))
            await play()
        except TaskFailed as error:
            failed = {"error_code": error.failure.dashscope, "error_message": error.failure.message}
            await self._session.send(self._event("task-failed", header=failed))

    async def _speak(self) -> None:
        """Say each sentence as soon as its end has come."""
        text = ""
        while not _is_finish(command := await self._session.receive()):
            if isinstance(command, dict):
                text += command["payload"]["input"].get("text", "")
            *sentences, text = _SENTENCE_END.split(text)
            for sentence in sentences:
                await self._say(sentence)
        if text:
            await self._say(text)
        sound, text = (b"".join(sound for sound, _ in self._said), "".join(text for _, text in self._said))
        self._session.server.memory.remember(sound, text)  # whoever hears all of it hears the whole text
        await self._finish({"characters": billed_characters(text)})

    async def _say(self, text: str) -> None:
        question = Question(
            task=Task.SPEAK,
            model=self._payload["model"],
            messages=[Message(role="user", text=text)],
            options=self._parameters,
        )
        task = await self._session.begin(question, {**self._payload, "text": text})
        await self._session.say(task, [*self._sound(text)])
        self._session.end(task)

    async def _hear(self) -> None:
        """Write down each utterance as soon as the silence after it has come."""
        rate: int = self._parameters.get("sample_rate", 16_000)
        activity = VoiceActivity(self._parameters.get("max_sentence_silence", _SILENCE_MS), rate)
        sound, duration = bytearray(), 0
        while not _is_finish(command := await self._session.receive()):
            if not isinstance(command, bytes):
                continue
            sound += command
            duration += len(command)
            if activity.take(command) == "stopped":
                await self._write_down(bytes(sound))
                sound.clear()
        if sound and (activity.is_speaking or duration == len(sound)):
            await self._write_down(bytes(sound))
        await self._finish({"duration": duration // (2 * rate)})

    async def _write_down(self, sound: bytes) -> None:
        question = Question(
            task=Task.HEAR, model=self._payload["model"], audio=sound, options=self._parameters
        )
        task = await self._session.begin(question, {**self._payload, "sound": f"{len(sound)} bytes"})
        await self._session.say(task, [*self._sentences(task.answer.text)])
        self._session.end(task)

    async def _finish(self, usage: Json) -> None:
        await self._session.send(self._event("task-finished", {"output": {}, "usage": usage}))

    def _sound(self, text: str) -> Iterator[Event]:
        """The speech in the format that is asked for; of MP3 and Opus only the name is kept."""
        rate: int = self._parameters.get("sample_rate", 22_050)
        sound = samples(text, rate)
        self._session.server.memory.remember(sound, text)
        self._said.append((sound, text))
        yield self._event("result-generated", {"output": {"sentence": {"words": []}}, "usage": None})
        is_raw = self._parameters.get("format") == "pcm"
        yield from pieces(sound if is_raw else wav(sound, rate))

    def _sentences(self, text: str) -> Iterator[Event]:
        """What is understood so far, longer each time, then the whole sentence with its end."""
        tokens = split(text)
        for count in range(1, len(tokens) + 1):
            is_end = count == len(tokens)
            sentence: Json = {
                "begin_time": 0,
                "end_time": count * _MILLISECONDS_PER_TOKEN if is_end else None,
                "text": "".join(tokens[:count]),
                "sentence_end": is_end,
                "heartbeat": False,
                "words": [],
            }
            yield self._event("result-generated", {"output": {"sentence": sentence}, "usage": None})

    def _event(self, name: str, payload: Json | None = None, *, header: Json | None = None) -> Json:
        head: Json = {"task_id": self._id, "event": name, "attributes": {}, **(header or {})}
        return {"header": head, "payload": payload or {}}


def _is_finish(command: Event) -> bool:
    return isinstance(command, dict) and command["header"]["action"] == "finish-task"
