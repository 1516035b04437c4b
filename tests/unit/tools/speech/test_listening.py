"""Turns are found where somebody speaks, and nothing of what they say is lost between them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.speech import EXPECTED, RATE, pcm, pieces, script, silence
from tools.errors import InvalidInput
from tools.speech.base import HearingOptions, Partial
from tools.speech.listening import Event, Listener, SpeechStarted, SpeechStopped, Utterance
from tools.speech.resampling import Resampler
from tools.speech.scripted import Script, ScriptedEngine
from tools.speech.vad import TurnDetection, TurnDetector

DETECTION = TurnDetection(silence_duration_ms=500)


async def listener(told: Script, detection: TurnDetection | None = DETECTION) -> Listener:
    stream = await ScriptedEngine(told).open(HearingOptions(sample_rate=RATE))
    return Listener(stream, sample_rate=RATE, detection=detection)


async def events_of(listening: Listener, data: bytes, seconds: float = 0.02) -> list[Event]:
    return [event for piece in pieces(data, seconds) async for event in listening.hear(piece)]


def noise(seconds: float, db: float) -> bytes:
    level = 32768 * 10 ** (db / 20)
    samples = np.random.default_rng(1).normal(0, level, round(seconds * RATE))
    return samples.clip(-32768, 32767).astype("<i2").tobytes()


async def test_a_turn_is_told_from_its_beginning_to_its_end() -> None:
    listening = await listener(script("two_sentences"))

    events = await events_of(listening, pcm("two_sentences") + silence(0.7))

    kinds = [type(event) for event in events if not isinstance(event, Partial)]
    assert kinds == [SpeechStarted, SpeechStopped, Utterance] * 2
    said = [event.final.text for event in events if isinstance(event, Utterance)]
    assert said == EXPECTED["two_sentences.wav"]["finals"]


async def test_an_end_lies_where_the_voice_ends_and_is_told_one_pause_later() -> None:
    words = EXPECTED["hello_doctor.wav"]["words"]
    detector = TurnDetector(DETECTION, RATE)

    started, stopped = detector.take(pcm("hello_doctor") + silence(1))

    assert abs(started.at - words[0][1]) < 0.05
    assert abs(stopped.at - words[-1][2]) < 0.1
    assert stopped.known - stopped.at == pytest.approx(0.5)


@pytest.mark.parametrize("seconds", [0.005, 0.02, 0.1, 1.0, 10.0])
async def test_the_size_of_the_pieces_changes_nothing(seconds: float) -> None:
    data = pcm("two_sentences") + silence(0.7)
    whole = TurnDetector(DETECTION, RATE)

    found = [boundary for piece in pieces(data, seconds) for boundary in whole.take(piece)]

    assert [boundary.kind for boundary in found] == ["started", "stopped"] * 2


@pytest.mark.parametrize("db", [-70.0, -50.0, -38.0])
def test_steady_noise_is_not_speech(db: float) -> None:
    detector = TurnDetector(DETECTION, RATE)
    for piece in pieces(noise(1, db)):
        detector.take(piece)

    assert [boundary for piece in pieces(noise(5, db)) for boundary in detector.take(piece)] == []


def test_speech_is_found_in_noise() -> None:
    detector = TurnDetector(DETECTION, RATE)
    quiet = np.frombuffer(noise(1, -45) + noise(1.4, -45) + noise(1, -45), dtype="<i2").astype(int)
    speech = np.frombuffer(pcm("hello_doctor"), dtype="<i2")
    quiet[RATE : RATE + len(speech)] += speech
    data = quiet.clip(-32768, 32767).astype("<i2").tobytes()

    found = [boundary for piece in pieces(data, 0.02) for boundary in detector.take(piece)]

    assert [boundary.kind for boundary in found] == ["started", "stopped"]
    assert abs(found[0].at - 1.2) < 0.1


def test_a_click_is_no_speech() -> None:
    detector = TurnDetector(DETECTION, RATE)

    assert detector.take(silence(0.5) + b"\x00\x70" * (RATE // 50) + silence(0.5)) == []


async def test_without_detection_only_a_commit_ends_a_turn() -> None:
    listening = await listener(script("digits"), detection=None)

    events = await events_of(listening, pcm("digits") + silence(0.4))
    said = await listening.commit()

    assert {type(event) for event in events} == {Partial}
    assert said.final.text == "one two three four"
    assert not listening.has_sound


async def test_what_a_recogniser_ends_sooner_belongs_to_the_same_turn() -> None:
    listening = await listener(script("two_sentences"), detection=None)

    await events_of(listening, pcm("two_sentences"))

    assert (await listening.commit()).final.text == "hello doctor need food please"


async def test_a_cleared_turn_is_forgotten() -> None:
    listening = await listener(script("two_sentences"), detection=None)
    await events_of(listening, pcm("two_sentences"))

    await listening.clear()

    assert (await listening.commit()).final.text == ""


async def test_speech_that_does_not_end_is_ended() -> None:
    tone = (np.sin(np.arange(RATE * 70) * 0.3) * 9000 * (np.arange(RATE * 70) % 3200 < 2400)).astype("<i2")
    listening = await listener(Script.of([]))

    events = await events_of(listening, tone.tobytes(), seconds=0.1)

    assert any(isinstance(event, SpeechStopped) and event.at >= 60 for event in events)


async def test_half_a_sample_is_refused_and_the_listener_goes_on() -> None:
    listening = await listener(script("yes"), detection=None)
    with pytest.raises(InvalidInput, match="3 bytes"):
        await anext(listening.hear(b"\0\0\0"))

    await events_of(listening, pcm("yes"))

    assert (await listening.commit()).final.text == "yes"


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=20), st.sampled_from([8000, 24000, 44100, 48000]))
@settings(max_examples=40, deadline=None)
def test_resampled_pieces_are_as_long_as_the_whole(sizes: list[int], rate: int) -> None:
    resampler = Resampler(rate, 16_000)

    count = sum(len(resampler.take(b"\x01\x02" * size)) // 2 for size in sizes)

    assert abs(count - sum(sizes) * 16_000 / rate) <= 2


def test_a_resampled_tone_is_the_same_tone() -> None:
    times = np.arange(48_000) / 48_000
    tone = (np.sin(2 * np.pi * 440 * times) * 10_000).astype("<i2").tobytes()
    resampler = Resampler(48_000, 16_000)

    made = np.frombuffer(
        b"".join(resampler.take(piece) for piece in pieces(tone, 0.013, 48_000)), dtype="<i2"
    )

    expected = np.sin(2 * np.pi * 440 * np.arange(len(made)) / 16_000) * 10_000
    assert np.abs(made - expected).max() < 60
