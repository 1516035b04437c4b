"""iDialogue's contracts: its clients of every version are served, and told more honestly."""

import asyncio
import base64
import io
import json
import shutil
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from configs.settings import Settings
from evals.model_server import Answers, Fault, Faults, Question, model_server
from server.api.jobs.idialogue import sockets
from tests.conftest import Server, running
from tests.fixtures.speech import EXPECTED, MODEL, pcm, pieces, silence, wav_path

Message = dict[str, Any]
PROFILE = {"name": "Lin", "relations": ["patient"], "taboos": ["money"], "common_topics": ["food"]}
START = {"scenario_description": "At the doctor's.", "response_count": 2, "user_profile": PROFILE}


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(  # type: ignore[call-arg]
        PORT=0,
        DATA_DIR=tmp_path_factory.mktemp("data"),
        VOSK_MODEL_PATH=MODEL,  # type: ignore[arg-type]
        TTS_ENGINE="espeak",
    )
    with running(settings) as server:
        yield server


class Client:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: list[Message] = []
        self.session_id = ""

    async def send(self, kind: str, **data: Any) -> None:
        session = {"session_id": self.session_id} if self.session_id else {}
        await self.socket.send(json.dumps({"type": kind, "data": session | data}))

    async def until(self, kind: str, **wanted: Any) -> Message:
        async with asyncio.timeout(60):
            while True:
                message = json.loads(await self.socket.recv())
                self.seen.append(message)
                if message["type"] == kind and wanted.items() <= message["data"].items():
                    return message["data"]

    async def start(self, **data: Any) -> None:
        await self.send("conversation_start", **(START | data))
        self.session_id = (await self.until("session_created"))["session_id"]

    async def message(self, name: str, sender: str = "Doctor") -> None:
        await self.send("message_start", sender=sender)
        await self.until("status_update", status="recording_message")
        for piece in pieces(pcm(name), 1.0):
            chunk = base64.b64encode(piece).decode()
            await self.send("audio_stream", audio_chunk=chunk, format="pcm16", sample_rate=16_000, channels=1)
        await self.send("message_end")
        await self.until("status_update", status="processing_stt")

    @property
    def kinds(self) -> list[str]:
        return [message["type"] for message in self.seen]


@asynccontextmanager
async def connected(server: Server, path: str = "/conversation") -> AsyncIterator[Client]:
    async with connect(server.url.replace("http", "ws", 1) + path) as socket:
        yield Client(socket)


@pytest.mark.parametrize("path", ["/ws/client_1234abcd", "/ws", "/conversation", "/conservation"])
async def test_a_message_is_recorded_in_both_shapes(hearing: Server, path: str) -> None:
    async with connected(hearing, path) as client:
        await client.start()
        await client.message("hello_doctor")
        recorded = await client.until("message_recorded")

    assert (recorded["content"], recorded["message_content"]) == ("hello doctor", "hello doctor")
    assert recorded["sender"] == "Doctor"
    assert recorded["session_id"] == client.session_id


async def test_everything_of_a_long_message_is_in_its_text(hearing: Server) -> None:
    async with connected(hearing) as client:
        await client.start()
        await client.message("two_sentences")
        recorded = await client.until("message_recorded")
        await client.until("status_update", status="idle")

    assert recorded["content"] == EXPECTED["two_sentences.wav"]["text"]


async def test_the_first_version_gets_stances_by_itself(hearing: Server) -> None:
    async with connected(hearing, "/ws/abc") as client:
        await client.start()
        await client.message("hello_doctor")
        await client.until("message_recorded")
        await client.until("status_update", status="generating_opinions")
        opinions = await client.until("opinion_suggestions")
        await client.until("status_update", status="idle")

    assert opinions["request_id"]
    assert all(isinstance(name, str) for name in opinions["suggestions"])
    assert "llm_response" not in client.kinds


class Talked:
    """A server whose model answers like one, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, question: Question) -> str:
        self.asked.append(json.dumps([message.text for message in question.messages], ensure_ascii=False))
        return '{"tendency": "cooperative", "mood": "calm", "tone": "gentle"}'


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"user_opinion": "I refuse the injection"}, ["I refuse the injection"]),
        ({"user_corpus": "ask about tablets"}, ["ask about tablets"]),
        (
            {
                "user_background": "a night nurse",
                "user_preferences": ["short talk", "tea"],
                "user_recent_experiences": "broke an arm",
            },
            ["a night nurse", "short talk, tea", "broke an arm"],
        ),
    ],
    ids=["opinion", "corpus", "background"],
)
async def test_what_the_user_wants_reaches_the_model_by_every_name_it_had(
    tmp_path_factory: pytest.TempPathFactory, wishes: Message, words: list[str]
) -> None:
    talked = Talked()
    with model_server(Answers.of(talked.answer)) as models:
        settings = Settings(  # type: ignore[call-arg]
            PORT=0,
            DATA_DIR=tmp_path_factory.mktemp("data"),
            FAST_MODEL="openai:gpt-4.1",
            LLM_BASE_URL=models.openai_url,
            LLM_API_KEY="sk-x",  # type: ignore[arg-type]
        )
        with running(settings) as server:
            async with connected(server) as client:
                await client.start()
                await client.send("manual_generate", **wishes)
                await client.until("status_update", status="generating_response")
                await client.until("status_update", status="idle")

    assert all(any(word in asked for asked in talked.asked) for word in words)


async def test_a_failing_model_is_an_error_and_no_canned_reply(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with model_server(Answers.of(lambda _: "x"), faults=Faults.play(*[Fault.BAD_KEY] * 50)) as models:
        settings = Settings(  # type: ignore[call-arg]
            PORT=0,
            DATA_DIR=tmp_path_factory.mktemp("data"),
            FAST_MODEL="openai:gpt-4.1",
            LLM_BASE_URL=models.openai_url,
            LLM_API_KEY="sk-x",  # type: ignore[arg-type]
        )
        with running(settings) as server:
            async with connected(server) as client:
                await client.start()
                await client.send("manual_generate")
                error = await client.until("error")
                await client.until("status_update", status="idle")

    assert error["error_code"] == "LLM_SERVICE_ERROR"
    assert "llm_response" not in client.kinds


async def test_replies_come_and_the_chosen_one_is_recorded_with_its_text(hearing: Server) -> None:
    async with connected(hearing) as client:
        await client.start(history_messages=[{"sender": "Lin", "content": "Good morning."}])
        await client.message("need_water")
        await client.until("message_recorded")
        await client.send("manual_generate", focused_message_ids=[])
        response = await client.until("llm_response")
        await client.send("user_modification", modification="politer")
        await client.until("llm_response")
        await client.send("user_selected_response", selected_content="Yes, please.", sender="Lin")
        recorded = await client.until("message_recorded")
        await client.send("get_message_history")
        history = await client.until("message_history_response")

    assert response["mode"] == "offline"
    assert len(response["suggestions"]) + len(response["missing"]) == 2
    assert all(each["reason"] for each in response["missing"])
    assert (recorded["content"], recorded["sender"]) == ("Yes, please.", "Lin")
    assert [(m["content"], m["message_type"]) for m in history["messages"]] == [
        ("Good morning.", "history"),
        ("need water", "recording"),
        ("Yes, please.", "selected_response"),
    ]
    assert history["total_count"] == 3


async def test_a_supplement_adds_to_the_scenario_and_the_end_archives(hearing: Server) -> None:
    async with connected(hearing) as client:
        await client.start(target_profile={"name": "Dr. Wu"})
        await client.send("scenario_supplement", supplement="It is late.")
        await client.send("response_count_update", response_count=4)
        await client.send("get_message_history")
        await client.until("message_history_response")
        async with httpx.AsyncClient(base_url=hearing.url) as http:
            state = (await http.get(f"/threads/{client.session_id}/state")).json()
        await client.send("conversation_end")
        archive = await client.until("profile_archive")

    conversation = state["values"]["conversation"]
    assert conversation["scenario"] == START["scenario_description"]
    assert conversation["supplements"] == ["It is late."]
    assert conversation["count"] == 4
    assert (archive["user_profile"]["name"], archive["target_profile"]["name"]) == ("Lin", "Dr. Wu")


async def test_a_session_goes_on_over_another_connection(hearing: Server) -> None:
    async with connected(hearing) as first:
        await first.start(target_profile={"name": "Dr. Wu"})
        await first.message("yes")
        await first.until("message_recorded")
        await first.until("status_update", status="idle")
    async with connected(hearing) as second:
        second.session_id = first.session_id
        await second.send("message_end")
        refused = await second.until("error")
        await second.send("session_resume")
        restored = await second.until("session_restored")
        await second.message("no", sender="Lin")
        recorded = await second.until("message_recorded")
        await second.send("get_message_history")
        history = await second.until("message_history_response")
        await second.send("conversation_end")
        archive = await second.until("profile_archive")

    assert refused["error_code"] == "SESSION_NOT_FOUND"
    assert (restored["status"], restored["message_count"]) == ("idle", 1)
    assert restored["scenario_description"] == START["scenario_description"]
    assert recorded["content"] == "no"
    assert [(m["sender"], m["message_type"]) for m in history["messages"]] == [
        ("Dr. Wu", "recording"),
        ("Lin", "selected_response"),
    ]
    assert archive["user_profile"]["taboos"] == PROFILE["taboos"]


async def test_what_comes_after_the_end_finds_no_session(hearing: Server) -> None:
    async with connected(hearing) as client:
        await client.start()
        await client.send("conversation_end")
        await client.send("message_start", sender="Lin")
        early = await client.until("error")
        await client.until("profile_archive")
        await client.send("session_resume")
        late = await client.until("error")
    async with connected(hearing) as other:
        other.session_id = client.session_id
        await other.send("session_resume")
        elsewhere = await other.until("error")

    codes = [error["error_code"] for error in (early, late, elsewhere)]
    assert codes == ["SESSION_NOT_FOUND"] * 3


async def test_silence_is_an_error_and_never_a_message(hearing: Server) -> None:
    async with connected(hearing) as client:
        await client.start()
        await client.message("silence")
        error = await client.until("error")
        await client.until("status_update", status="idle")

    assert error["error_code"] == "STT_SERVICE_ERROR"
    assert "message_recorded" not in client.kinds


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("no json", "INVALID_EVENT_DATA"),
        ("[]", "INVALID_EVENT_DATA"),
        ('{"type": "nonsense", "data": {}}', "INVALID_EVENT_TYPE"),
        ('{"type": "message_start", "data": {}}', "MISSING_REQUIRED_FIELD"),
        ('{"type": "message_start", "data": {"session_id": "../../etc"}}', "SESSION_NOT_FOUND"),
        ('{"type": "session_resume", "data": {"session_id": "../../etc"}}', "SESSION_NOT_FOUND"),
        ('{"type": "conversation_start", "data": {"response_count": 9}}', "INVALID_EVENT_DATA"),
        (
            '{"type": "conversation_start", "data": {"response_count": 3, "user_profile": 1}}',
            "INVALID_EVENT_DATA",
        ),
        (
            f'{{"type": "manual_generate", "data": {{"session_id": "s", "user_corpus": "{"x" * 1001}"}}}}',
            "INVALID_EVENT_DATA",
        ),
    ],
)
async def test_what_is_wrong_is_named_in_the_old_words(hearing: Server, event: str, code: str) -> None:
    async with connected(hearing) as client:
        await client.socket.send(event)
        error = await client.until("error")
        await client.start()

    assert error["error_code"] == code


@pytest.mark.parametrize(
    "sound",
    [
        {"audio_chunk": "!!"},
        {"audio_chunk": "AAAA"},
        {"audio_chunk": "AAA=", "channels": 2},
        {"audio_chunk": "AAA=", "sample_rate": 44_100},
        {"audio_chunk": "AAA=", "format": "opus"},
    ],
)
async def test_sound_that_cannot_be_heard_is_named(hearing: Server, sound: Message) -> None:
    async with connected(hearing) as client:
        await client.start()
        await client.send("audio_stream", **sound)
        error = await client.until("error")
        await client.message("yes")
        recorded = await client.until("message_recorded")

    assert error["error_code"] == "INVALID_EVENT_DATA"
    assert recorded["content"] == "yes"


async def test_a_quiet_client_is_not_cut_off(hearing: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "HEARTBEAT_SECONDS", 0.02)
    async with connected(hearing) as client:
        for _ in range(3):
            await client.until("heartbeat")
        await client.start()


async def test_two_clients_hear_nothing_of_each_other(hearing: Server) -> None:
    async with connected(hearing) as one, connected(hearing) as other:
        await one.start()
        await other.start()
        await one.message("yes")
        await one.until("message_recorded")
        await other.send("get_message_history")
        history = await other.until("message_history_response")

    assert history["messages"] == []
    assert {message["data"]["session_id"] for message in other.seen} == {other.session_id}


async def test_a_recording_is_written_down(hearing: Server) -> None:
    async with httpx.AsyncClient(base_url=hearing.url, timeout=30) as http:
        files = {"audio": ("a.wav", wav_path("two_sentences").read_bytes(), "audio/wav")}
        answer = (await http.post("/api/stt", files=files)).json()

    assert answer["text"] == EXPECTED["two_sentences.wav"]["text"]
    assert 0 < answer["confidence"] <= 1
    assert answer["words"][0]["word"] == "hello"


def _stereo() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16_000)
        samples = pcm("need_water") + silence(0.3)
        file.writeframes(b"".join(samples[i : i + 2] * 2 for i in range(0, len(samples), 2)))
    return out.getvalue()


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
async def test_a_recording_in_stereo_is_written_down(hearing: Server) -> None:
    async with httpx.AsyncClient(base_url=hearing.url, timeout=30) as http:
        answer = await http.post("/api/stt", files={"audio": ("a.wav", _stereo(), "audio/wav")})

    assert answer.json()["text"] == "need water"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"audio": ("a.wav", b"nonsense")}, "unknown_audio"),
        ({"audio": ("a.m3u8", b"#EXTM3U\nfile:///etc/passwd")}, "unknown_audio"),
        ({"file": ("a.wav", b"x")}, "unknown_field"),
        ({"audio": ("a.wav", b"")}, "no_file"),
    ],
)
async def test_what_is_no_recording_is_refused(hearing: Server, files: Any, code: str) -> None:
    async with httpx.AsyncClient(base_url=hearing.url) as http:
        answer = await http.post("/api/stt", files=files)

    assert (answer.status_code, answer.json()["error"]) == (422, code)


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
async def test_a_text_is_spoken_with_one_of_the_voices(hearing: Server) -> None:
    async with httpx.AsyncClient(base_url=hearing.url) as http:
        voices = (await http.get("/api/tts/speakers")).json()["speakers"]
        spoken = await http.post("/api/tts", json={"text": "hello", "voice": "en-us", "speed": 1.2})
        path = await http.post("/api/tts", json={"text": "hello", "speaker_wav": "/etc/passwd"})

    assert "en-us" in {voice["name"] for voice in voices}
    assert spoken.content[:4] == b"RIFF"
    assert (path.status_code, path.json()["error"]) == (422, "unsupported_field")


async def test_suggestions_are_made_and_no_confidence_is_made_up(hearing: Server) -> None:
    body = {"target_dialogue": "Do you need water?", "user_opinion": "yes", "suggestion_count": 2}
    async with httpx.AsyncClient(base_url=hearing.url, timeout=30) as http:
        answer = (await http.post("/api/generate_suggestions", json=body)).json()
        bad = await http.post("/api/generate_suggestions", json=body | {"suggestion_count": 9})

    assert answer["mode"] == "offline"
    assert all(each["confidence"] is None and each["content"] for each in answer["suggestions"])
    assert len(answer["suggestions"]) + len(answer["missing"]) == 2
    assert bad.status_code == 422


async def test_health_tells_the_parts_by_the_old_names(hearing: Server) -> None:
    async with httpx.AsyncClient(base_url=hearing.url) as http:
        health = (await http.get("/api/health")).json()
        while (ready := await http.get("/api/health/ready")).status_code == 503:  # graphs come later
            pass
        conversation = (await http.get("/conversation/health")).json()

    assert {"stt", "llm", "session_manager", "request_manager"} <= set(health["services"])
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert ready.json()["services"] == {"websocket": "healthy", "stt": "healthy", "llm": "offline"}
    assert conversation["status"] == "degraded"
    assert conversation["services"]["stt_service"] == "healthy"
    assert conversation["services"]["llm_service"] == "unavailable"


async def test_a_server_that_hears_nothing_is_not_ready(own_client: httpx.AsyncClient) -> None:
    answer = await own_client.get("/api/health/ready")

    assert (answer.status_code, answer.json()["services"]["stt"]) == (503, "off")
