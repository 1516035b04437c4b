"""DashScope's WebSockets of the model server, spoken to as its clients speak."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets import ConnectionClosed, InvalidStatus
from websockets.asyncio.client import ClientConnection, connect

from evals.model_server import Answers, Fault, Faults, ModelServer, Pace, model_server
from evals.model_server.sound import samples

_KEY = {"Authorization": "Bearer k"}
_SILENCE = bytes(32 * 900)  # 0.9 s at 16 kHz


@pytest.fixture
def server() -> Any:
    with model_server(keys=["k"]) as server:
        yield server


class Task:
    """The client's side of one task on ``/inference``."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.events: list[str] = []
        self.sentences: list[str] = []  # those that have ended
        self.sound = b""
        self.last: dict[str, Any] = {}

    async def start(self, task: str) -> "Task":
        parameters = {"format": "pcm", "sample_rate": 16_000}
        payload = {"model": "m", "task_group": "audio", "task": task, "parameters": parameters, "input": {}}
        await self._command("run-task", payload)
        await self.until("task-started")
        return self

    async def text(self, text: str) -> None:
        await self._command("continue-task", {"input": {"text": text}})

    async def hear(self, sound: bytes) -> None:
        await self._socket.send(sound)

    async def finish(self) -> None:
        await self._command("finish-task", {"input": {}})
        await self.until("task-finished", "task-failed")

    async def until(self, *names: str) -> None:
        while not self.events or self.events[-1] not in names:
            await self.next()

    async def next(self) -> None:
        message = await self._socket.recv()
        if isinstance(message, bytes):
            self.sound += message
            return
        self.last = json.loads(message)
        self.events.append(self.last["header"]["event"])
        sentence = (self.last["payload"].get("output") or {}).get("sentence") or {}
        if sentence.get("sentence_end"):
            self.sentences.append(sentence["text"])

    async def _command(self, action: str, payload: dict[str, Any]) -> None:
        header = {"action": action, "task_id": "t", "streaming": "duplex"}
        await self._socket.send(json.dumps({"header": header, "payload": payload}))


@asynccontextmanager
async def _task(server: ModelServer, task: str) -> AsyncIterator[Task]:
    async with connect(f"{server.websocket_url}/inference", additional_headers=_KEY) as socket:
        yield await Task(socket).start(task)


class Conversation:
    """The client's side of a session on ``/realtime``."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.kinds: list[str] = []

    async def send(self, kind: str, **fields: Any) -> None:
        await self._socket.send(json.dumps({"type": kind, **fields}))

    async def say(self, sound: bytes) -> None:
        await self.send("input_audio_buffer.append", audio=base64.b64encode(sound).decode())

    async def until(self, kind: str) -> dict[str, Any]:
        while True:
            event = json.loads(await self._socket.recv())
            self.kinds.append(event["type"])
            if event["type"] == kind:
                return event


@asynccontextmanager
async def _conversation(server: ModelServer, model: str) -> AsyncIterator[Conversation]:
    url = f"{server.websocket_url}/realtime?model={model}"
    async with connect(url, additional_headers=_KEY) as socket:
        conversation = Conversation(socket)
        await conversation.until("session.created")
        yield conversation


async def test_sentence_is_spoken_before_the_text_is_finished(server: ModelServer) -> None:
    async with _task(server, "tts") as task:
        await task.text("Good morning. And how")
        expected = len(samples("Good morning.", 16_000))
        while len(task.sound) < expected:
            await task.next()
        await task.text(" are you?")
        await task.finish()

    assert task.events[-1] == "task-finished"
    assert task.last["payload"]["usage"] == {"characters": len("Good morning. And how are you?")}
    assert [request.body["text"] for request in server.requests()] == ["Good morning.", " And how are you?"]


async def test_utterance_is_written_down_before_the_sound_is_finished(server: ModelServer) -> None:
    server.answers = Answers.scripted("good morning", "how are you")
    async with _task(server, "asr") as task:
        await task.hear(samples("morning", 16_000))
        await task.hear(_SILENCE)
        while not task.sentences:
            await task.next()
        await task.hear(samples("you", 16_000))
        await task.finish()

    assert task.sentences == ["good morning", "how are you"]


async def test_speech_of_the_server_is_heard_as_its_text(server: ModelServer) -> None:
    async with _task(server, "tts") as speaking:
        await speaking.text("Good morning. How are you?")
        await speaking.finish()
    async with _task(server, "asr") as hearing:
        await hearing.hear(speaking.sound)
        await hearing.finish()

    assert hearing.sentences == ["Good morning. How are you?"]


async def test_provider_s_error_fails_the_task(server: ModelServer) -> None:
    server.faults = Faults.play(Fault.RATE_LIMIT)
    async with _task(server, "tts") as task:
        await task.text("Good morning")
        await task.finish()

    assert task.events == ["task-started", "task-failed"]
    assert task.last["header"]["error_code"] == "Throttling.RateQuota"


@pytest.mark.parametrize(("fault", "code"), [(Fault.DROP, None), (Fault.CUT, None), (Fault.SILENT_CUT, 1000)])
async def test_connection_breaks(server: ModelServer, fault: Fault, code: int | None) -> None:
    server.faults = Faults.play(fault)

    async with _task(server, "tts") as task:
        await task.text("Good morning.")
        with pytest.raises(ConnectionClosed) as caught:
            await task.until("task-finished")

    assert (caught.value.rcvd.code if caught.value.rcvd else None) == code
    assert server.requests()[0].outcome == "broken"


async def test_unknown_key_does_not_get_in(server: ModelServer) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"{server.websocket_url}/inference", additional_headers={"Authorization": "Bearer no"})

    assert caught.value.response.status_code == 401


async def test_omni_answers_when_the_speaker_falls_silent(server: ModelServer) -> None:
    server.answers = Answers.scripted("Well enough.")
    async with _conversation(server, "qwen3.5-omni-plus-realtime") as talk:
        await talk.send("session.update", session={"turn_detection": {"silence_duration_ms": 400}})
        await talk.say(samples("How are you?", 16_000))
        await talk.say(_SILENCE)
        done = await talk.until("response.done")

    assert done["response"]["output"][0]["content"][0]["transcript"] == "Well enough."
    spoken = [
        kind for kind in dict.fromkeys(talk.kinds) if kind.startswith(("input_audio", "response.audio"))
    ]
    assert spoken == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "response.audio_transcript.delta",
        "response.audio.delta",
        "response.audio_transcript.done",
        "response.audio.done",
    ]


async def test_who_speaks_interrupts_the_answer(server: ModelServer) -> None:
    server.answers, server.pace = Answers.scripted("word " * 500), Pace(tokens_per_second=50)
    async with _conversation(server, "qwen3.5-omni-plus-realtime") as talk:
        await talk.say(samples("How are you?", 16_000))
        await talk.say(_SILENCE)
        await talk.until("response.audio_transcript.delta")
        await talk.say(samples("Stop!", 16_000))
        done = await talk.until("response.done")

    assert done["response"]["status"] == "cancelled"
    assert server.requests()[0].outcome == "cancelled"


async def test_omni_answers_text_in_text(server: ModelServer) -> None:
    server.answers = Answers.oracle({"How are you?": "Well enough."})
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "How are you?"}]}
    async with _conversation(server, "qwen3.5-omni-plus-realtime") as talk:
        await talk.send("session.update", session={"modalities": ["text"], "turn_detection": None})
        await talk.send("conversation.item.create", item=item)
        await talk.send("response.create")
        done = await talk.until("response.text.done")

    assert done["text"] == "Well enough."


async def test_realtime_asr_hears_what_is_committed(server: ModelServer) -> None:
    server.answers = Answers.scripted("good morning")
    async with _conversation(server, "qwen3-asr-flash-realtime") as talk:
        await talk.send("session.update", session={"turn_detection": None})
        await talk.say(samples("morning", 16_000))
        await talk.send("input_audio_buffer.commit")
        heard = await talk.until("conversation.item.input_audio_transcription.completed")
        await talk.send("session.finish")
        await talk.until("session.finished")

    assert heard["transcript"] == "good morning"


async def test_realtime_tts_speaks_the_text(server: ModelServer) -> None:
    async with _conversation(server, "qwen3-tts-flash-realtime") as talk:
        await talk.send("input_text_buffer.append", text="Good morning")
        await talk.send("session.finish")
        await talk.until("session.finished")

    assert talk.kinds.count("response.audio.delta") > 1
    assert talk.kinds[-2:] == ["response.done", "session.finished"]


async def test_error_in_a_conversation_is_an_event(server: ModelServer) -> None:
    server.faults = Faults.play(Fault.CONTENT_FILTER)
    async with _conversation(server, "qwen3.5-omni-plus-realtime") as talk:
        await talk.send("response.create")
        event = await talk.until("error")

    assert event["error"]["code"] == "DataInspectionFailed"
