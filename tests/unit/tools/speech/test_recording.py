"""Whole recordings: what is said, and when."""

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.speech import EXPECTED, MODEL, wav_path
from tools.errors import InvalidInput
from tools.speech.recording import open_wav, recognise, transcript
from tools.speech.vosk import VoskEngine


@pytest.fixture
async def vosk() -> AsyncIterator[VoskEngine]:
    engine = VoskEngine({"en": MODEL}, default="en")
    yield engine
    await engine.close()


async def test_utterances_come_with_their_times(vosk: VoskEngine) -> None:
    spoken = EXPECTED["two_sentences.wav"]["words"]
    with open_wav(wav_path("two_sentences")) as recording:
        found = [utterance async for utterance in recognise(vosk, recording)]

    assert [u.final.text for u in found] == EXPECTED["two_sentences.wav"]["finals"]
    assert abs(found[0].start - spoken[0][1]) < 0.05
    assert abs(found[1].start - spoken[2][1]) < 0.05
    assert abs(found[1].end - spoken[-1][2]) < 0.1
    assert all(
        abs(w.start - s) < 0.1
        for w, (_, s, _) in zip((w for u in found for w in u.final.words), spoken, strict=True)
    )


async def test_silence_has_no_utterances(vosk: VoskEngine) -> None:
    assert await transcript(vosk, wav_path("silence")) == []


def _wav(width: int = 2, channels: int = 1, rate: int = 16_000) -> io.BytesIO:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setsampwidth(width)
        file.setnchannels(channels)
        file.setframerate(rate)
        file.writeframes(bytes(width * channels * 100))
    out.seek(0)
    return out


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (_wav(width=1), "invalid_sample_width"),
        (_wav(channels=2), "invalid_channels"),
        (_wav(rate=11_025), "invalid_sample_rate"),
        (io.BytesIO(b"RIFF....WAVEjunk"), "invalid_audio"),
        (io.BytesIO(b""), "invalid_audio"),
    ],
)
def test_what_cannot_be_heard_is_refused_by_name(file: io.BytesIO, code: str) -> None:
    with pytest.raises(InvalidInput) as refused, open_wav(file):
        pass

    assert refused.value.code == code


def test_a_missing_file_is_the_callers_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_wav(tmp_path / "none.wav"):
        pass
