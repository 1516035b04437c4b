"""Realtime sessions over real sockets: what comes, in which order, and what survives what clients do."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from configs.settings import Settings
from server.api.realtime import connection
from server.realtime.order import Order
from tests.conftest import Server, running
from tests.fixtures.realtime import Client, Event, kinds, number, numbered, realtime, transcripts
from tests.fixtures.speech import EXPECTED, MODEL, RATE, pcm, pieces, silence

SHARED = TypeAdapter(RealtimeServerEvent)
OURS = (
    *("suggestions.created", "suggestions.delta", "suggestions.done", "suggestions.cancelled"),
    *("opinion.predicted", "profile.updated", "session.resumed", "session.closed", "session.heartbeat"),
    *("status", "session.summarised", "conversation.item.corrected", "input_audio_buffer.acknowledged"),
    "conversation.item.input_audio_transcription.partial",
)
PHRASES = [{"text": "I need a doctor please."}, {"text": "Thank you."}, {"text": "Yes, food and water."}]
AT_16_KHZ = {"audio": {"input": {"format": {"rate": RATE}}}}
TURN = pcm("two_sentences") + silence(0.8)


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the tiny Vosk model and without a language model."""
    settings = Settings(PORT=0, DATA_DIR=tmp_path_factory.mktemp("data"), VOSK_MODEL_PATH=MODEL)  # type: ignore[call-arg, arg-type]
    with running(settings) as server:
        yield server


async def begin(client: Client, **session: Any) -> None:
    await client.send("session.update", session=AT_16_KHZ | session)
    await client.send("profile.update", setup={"language": "en", "profile": {"phrases": PHRASES}})
    await client.until("profile.updated")


async def speak(client: Client, data: bytes) -> None:
    for piece in pieces(data):
        await client.append(piece)


async def test_what_is_said_is_heard_and_answered_in_order(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        await begin(client)
        await speak(client, TURN)
        last = await client.until("response.done", 2)  # the first may be interrupted by the second sentence

    assert last["response"]["status"] == "completed"
    assert transcripts(client.events) == EXPECTED["two_sentences.wav"]["finals"]
    assert [number(event) for event in client.events] == list(range(1, len(client.events) + 1))
    order = Order()
    for event in client.events:
        order.accept(event)
    done = [event["result"] for event in client.events if event["type"] == "suggestions.done"][-1]
    told = [event["reply"] for event in client.events if event["type"] == "suggestions.delta"]
    assert done["replies"] == told[-len(done["replies"]) :]


async def test_shared_events_are_those_of_openais_types(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        await client.send("session.update", session={"output_modalities": ["text"]})
        await client.send("profile.update", setup={"language": "en", "profile": {"phrases": PHRASES}})
        tripled = b"".join(pcm("need_water")[i : i + 2] * 3 for i in range(0, 2 * RATE, 4))  # 24 kHz
        for piece in pieces(tripled + silence(1, 24_000), rate=24_000):
            await client.append(piece)
        await client.until("response.done")
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello?"}]}
        await client.send("conversation.item.create", item=item)
        await client.send("suggestion.selected", text="Thank you.")
        await client.send("response.cancel")
        await client.error("response_cancel_not_active")
        await client.send("input_audio_buffer.clear")
        await client.until("input_audio_buffer.cleared")

    shared = [event for event in client.events if event["type"] not in OURS]
    for event in shared:
        SHARED.validate_python(event, strict=False)
    assert {
        *("session.created", "session.updated", "input_audio_buffer.speech_started", "response.done"),
        *("input_audio_buffer.speech_stopped", "input_audio_buffer.committed", "conversation.item.added"),
        *("conversation.item.done", "conversation.item.input_audio_transcription.completed", "error"),
        *("conversation.item.input_audio_transcription.delta", "response.created"),
        *("response.output_item.added", "response.content_part.added", "response.output_text.delta"),
        *("response.output_text.done", "response.content_part.done", "response.output_item.done"),
    } <= set(kinds(shared))


async def test_push_to_talk_ends_a_turn_by_a_commit_and_asks_for_nothing(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        await begin(client, audio={"input": {"format": {"rate": RATE}, "turn_detection": None}})
        await speak(client, pcm("digits"))
        await client.send("input_audio_buffer.commit")
        await client.until("conversation.item.input_audio_transcription.completed")
        await client.send("response.create")
        await client.until("response.done")

    assert transcripts(client.events) == ["one two three four"]
    assert "input_audio_buffer.speech_started" not in kinds(client.events)
    assert kinds(client.events).count("response.created") == 1


async def test_speech_interrupts_what_is_suggested_and_nothing_of_it_comes_after(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        await begin(client)
        await speak(client, TURN)
        await client.until("response.done", 2)

    names = kinds(client.events)
    second = [i for i, name in enumerate(names) if name == "input_audio_buffer.speech_started"][1]
    first = client.events[names.index("response.created")]["response"]["id"]
    after = [e for e in client.events[second:] if (e.get("response_id") or "") == first]
    assert after == []


async def test_the_users_words_are_kept_with_the_conversation(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        await begin(client)
        await speak(client, pcm("hello_doctor") + silence(0.8))
        done = await client.until("response.done")
        reply = done["response"]["output"][0]
        await client.send("suggestion.selected", text="Hello, doctor!", reply_id=reply["id"])
        await client.until("conversation.item.done", 2)
        await client.send("session.close")
        await client.until("session.closed")
        session = client.session_id

    async with httpx.AsyncClient(base_url=hearing.url) as http:
        state = (await http.get(f"/threads/{session}/state")).json()
    messages = state["values"]["conversation"]["messages"]
    assert [(m["speaker"], m["text"]) for m in messages] == [
        ("partner", "hello doctor"),
        ("me", "Hello, doctor!"),
    ]
    assert messages[1]["reply_id"] == reply["id"]


async def test_a_misheard_line_is_corrected_and_asked_about_anew(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        await begin(client)
        await speak(client, pcm("hello_doctor") + silence(0.8))
        heard = await client.until("conversation.item.input_audio_transcription.completed")
        await client.until("response.done")
        await client.send("conversation.item.correct", item_id=heard["item_id"], transcript="Hello, nurse.")
        await client.until("response.done", 2)
        await client.send("conversation.item.retrieve", item_id=heard["item_id"])
        told = await client.until("conversation.item.retrieved")
        session = client.session_id

    async with httpx.AsyncClient(base_url=hearing.url) as http:
        state = (await http.get(f"/threads/{session}/state")).json()
    [message] = state["values"]["conversation"]["messages"]
    assert (message["text"], message["heard"]) == ("Hello, nurse.", "hello doctor")
    assert told["item"]["content"][0]["transcript"] == "Hello, nurse."


BAD = {
    "odd length": ({"type": "input_audio_buffer.append", "audio": "AAAA"}, "odd_audio"),
    "no base64": ({"type": "input_audio_buffer.append", "audio": "!!!garbage!!!"}, "invalid_audio"),
    "no audio": ({"type": "input_audio_buffer.append"}, "invalid_event"),
    "a gap": ({"type": "input_audio_buffer.append", "audio": "AAA=", "offset": 999}, "audio_gap"),
    "unknown event": ({"type": "no.such.event"}, "unknown_event"),
    "no type": ({"hello": 1}, "unknown_event"),
    "no object": ([1, 2], "invalid_event"),
    "nothing to commit": ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty"),
    "nothing to cancel": ({"type": "response.cancel"}, "response_cancel_not_active"),
    "unknown item": ({"type": "conversation.item.retrieve", "item_id": "none"}, "item_not_found"),
    "wrong rate": (
        {"type": "session.update", "session": {"audio": {"input": {"format": {"rate": 11_025}}}}},
        "invalid_sample_rate",
    ),
    "wrong width": (
        {"type": "session.update", "session": {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}},
        "invalid_event",
    ),
    "stereo": (
        {"type": "session.update", "session": {"audio": {"input": {"format": {"channels": 2}}}}},
        "invalid_event",
    ),
    "unknown field": ({"type": "session.update", "session": {"nonsense": 1}}, "invalid_event"),
    "unknown wish": ({"type": "suggestions.create", "nonsense": 1}, "invalid_event"),
    "empty text": ({"type": "suggestion.selected", "text": ""}, "invalid_event"),
    "foreign session": (
        {"type": "session.resume", "session_id": "00000000-0000-7000-8000-000000000000"},
        "session_not_found",
    ),
    "no session": ({"type": "session.resume"}, "invalid_event"),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_is_wrong_is_named_and_the_session_lives_on(hearing: Server, case: str) -> None:
    event, code = BAD[case]
    async with realtime(hearing.url) as client:
        await begin(client)
        await client.socket.send(json.dumps(event))
        error = (await client.error(code))["error"]
        await speak(client, pcm("yes") + silence(0.8))
        await client.until("response.done")

    assert error["message"]
    assert transcripts(client.events) == ["yes"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [("no json", "invalid_json"), (b"\0\0", "invalid_event"), ("x" * 3_000_000, "frame_too_large")],
    ids=["no json", "binary", "3 MB"],
)
async def test_frames_that_are_no_events_are_named(hearing: Server, frame: str | bytes, code: str) -> None:
    async with realtime(hearing.url) as client:
        await begin(client)
        await client.socket.send(frame)
        await client.error(code)
        await client.send("session.ping")
        await client.until("status")


async def test_a_frame_of_a_megabyte_is_heard(hearing: Server) -> None:
    data = pcm("digits") + silence(0.8)
    data += silence(24) + data
    async with realtime(hearing.url) as client:
        await begin(client)
        assert len(base64.b64encode(data)) > 1_000_000
        await client.append(data)
        await client.until("response.done", 2)

    assert transcripts(client.events) == ["one two three four"] * 2


async def test_silence_brings_nothing_but_that_it_was_heard(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        await begin(client)
        await speak(client, silence(20))
        await client.until("input_audio_buffer.acknowledged", 3)

    before = kinds(client.events).index("profile.updated")
    assert set(kinds(client.events)[before + 1 :]) == {"input_audio_buffer.acknowledged"}


async def test_an_unsupported_field_is_named_and_the_rest_applied(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        told = {"instructions": "Be rude.", "audio": {"output": {"speed": 1.5}}}
        await client.send("session.update", session=told)
        error = await client.error("unsupported_field")
        updated = await client.until("session.updated")

    assert error["error"]["param"] == "session.instructions"
    assert updated["session"]["audio"]["output"]["speed"] == 1.5


async def test_a_second_client_takes_the_session_over(hearing: Server) -> None:
    async with realtime(hearing.url) as first:
        await begin(first)
        session = first.session_id
        async with realtime(hearing.url, f"/v1/realtime?session_id={session}&after=0") as second:
            await second.until("session.resumed")
            await first.error("session_taken_over")
            assert await first.ended() == connection.TAKEN_OVER
            await speak(second, pcm("yes") + silence(0.8))
            await second.until("response.done")

    assert transcripts(second.events) == ["yes"]
    assert [number(event) for event in numbered(second.events)] == list(range(1, second.last + 1))


async def test_an_unknown_session_is_refused_by_its_name(hearing: Server) -> None:
    for name in ("nonsense", "00000000-0000-7000-8000-000000000000", "../../x"):
        async with realtime(hearing.url, f"/v1/realtime?session_id={name}") as client:
            await client.error("session_not_found")
            assert await client.ended() == connection.REFUSED


async def test_resuming_by_an_event_leaves_no_empty_session_behind(hearing: Server) -> None:
    async with realtime(hearing.url) as first:
        await begin(first)
        session = first.session_id
    async with realtime(hearing.url) as second:
        fresh = (await second.until("session.created"))["session"]["id"]
        await second.send("session.resume", session_id=session, after=first.last)
        resumed = await second.until("session.resumed")
        await second.send("session.ping")
        await second.until("status")
        async with httpx.AsyncClient(base_url=hearing.url) as http:
            gone = await http.get(f"/threads/{fresh}")

    assert resumed["session"]["id"] == session
    assert gone.status_code == 404


async def test_events_can_be_sent_by_post_and_followed_as_sse(hearing: Server) -> None:
    async with httpx.AsyncClient(base_url=hearing.url, timeout=20) as http:
        session = (await http.post("/v1/sessions")).json()["id"]
        path = f"/v1/sessions/{session}/events"
        first = [
            {"type": "session.update", "session": AT_16_KHZ},
            {"type": "profile.update", "setup": {"language": "en", "profile": {"phrases": PHRASES}}},
        ]
        assert (await http.post(path, json=first)).status_code == 202
        sound = [
            {"type": "input_audio_buffer.append", "audio": base64.b64encode(piece).decode()}
            for piece in pieces(pcm("need_water") + silence(0.8), 0.5)
        ]
        answer = await http.post(path, json=sound)
        assert answer.json()["offset"] == len(pcm("need_water") + silence(0.8)) // 2
        events = await follow(http, path, until="response.done")
        cut = len(events) // 2
        again = await follow(http, path, until="response.done", last=cut)
        await http.post(path, json={"type": "session.close"})
        to_the_end = await follow(http, path, until="session.closed")
        bad = await http.post(path, json=[{}] * 101)

    assert transcripts(events) == ["need water"]
    assert [number(event) for event in events] == list(range(1, len(events) + 1))
    assert again == events[cut:]
    assert to_the_end[-1]["type"] == "session.closed"
    assert (bad.status_code, bad.json()["error"]) == (422, "too_many_events")


async def follow(http: httpx.AsyncClient, path: str, *, until: str, last: int | None = None) -> list[Event]:
    events: list[Event] = []
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with http.stream("GET", path, headers=headers) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))
                if events[-1]["type"] == until:
                    break
    return events


async def test_a_quiet_client_is_told_that_somebody_is_there(
    hearing: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEARTBEAT_SECONDS", 0.05)
    async with realtime(hearing.url) as client:
        await client.until("session.heartbeat", 3)
        await client.send("session.ping")
        await client.until("status")


async def test_sessions_do_not_hear_each_other(hearing: Server) -> None:
    async with realtime(hearing.url) as one, realtime(hearing.url) as other:
        await begin(one)
        await begin(other)
        await asyncio.gather(
            speak(one, pcm("yes") + silence(0.8)), speak(other, pcm("digits") + silence(0.8))
        )
        await asyncio.gather(one.until("response.done"), other.until("response.done"))

    assert (transcripts(one.events), transcripts(other.events)) == (["yes"], ["one two three four"])


async def test_without_recognition_speech_is_an_error_and_text_works(tmp_path: Path) -> None:
    with running(Settings(PORT=0, DATA_DIR=tmp_path)) as server:  # type: ignore[call-arg]
        async with realtime(server.url) as client:
            await begin(client)
            await speak(client, pcm("yes"))
            error = await client.error("speech_off")
            content = [{"type": "input_text", "text": "Do you need water?"}]
            await client.send("conversation.item.create", item={"role": "user", "content": content})
            await client.send("response.create")
            await client.until("response.done")

    assert "speech install" in error["error"]["message"]
    assert kinds(client.events).count("error") == 1


@pytest.mark.faults
@pytest.mark.timeout(400)
async def test_half_an_hour_is_heard_to_its_end_at_the_right_times(hearing: Server) -> None:
    minute = pcm("yes") + silence(60 - len(pcm("yes")) / 2 / RATE)
    async with realtime(hearing.url) as client:
        await begin(client)
        for count in range(1, 31):
            for piece in pieces(minute, 1.0):
                await client.append(piece)
            await client.until("conversation.item.input_audio_transcription.completed", count)
        started = [e for e in client.events if e["type"] == "input_audio_buffer.speech_started"]
        heard = [e for e in client.events if e["type"].endswith("transcription.completed")]

    assert transcripts(client.events) == ["yes"] * 30
    for count, (event, final) in enumerate(zip(started, heard, strict=True)):
        assert abs(event["audio_start_ms"] - count * 60_000 - 200) < 100
        assert abs(final["words"][0]["start_ms"] - count * 60_000 - 200) < 100


async def test_more_sound_than_is_heard_in_time_is_refused_and_can_be_sent_again(hearing: Server) -> None:
    async with realtime(hearing.url) as client:
        await client.send("session.update", session={"audio": {"input": {"format": {"rate": 8_000}}}})
        await client.until("session.updated")
        for _ in range(4):  # of 65 s each, faster than they are heard
            await client.append(bytes(2 * 8_000 * 65))
        error = await client.error("audio_backlog")

    assert "Send again from sample" in error["error"]["message"]
