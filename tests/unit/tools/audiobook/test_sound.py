"""A line's sound: trimmed, levelled, and under one name for the same request."""

from dataclasses import replace

import numpy as np
import pytest

from tools.audiobook.sound import Request, as_wav, from_wav, levelled, samples_in, trimmed
from tools.audiobook.timeline import RATE
from tools.errors import ModelAnswerInvalid
from tools.wav import wav

ASKED = Request(
    text="Yes.", voice="v", language="en", speed=1.0, pitch=1.0, instruction="", engine="espeak", take=0
)


def tone(seconds: float, level: float, rate: int = RATE) -> np.ndarray:
    return (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 220 / rate) * level * 32767).astype("<i2")


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000])
def test_silence_around_the_words_goes_and_the_rate_is_the_books(rate: int) -> None:
    silence = np.zeros(rate // 2, "<i2")
    found = trimmed(wav(np.concatenate([silence, tone(1, 0.3, rate), silence]).tobytes(), rate))

    assert len(found) / RATE == pytest.approx(1.04, abs=0.005)  # 20 ms are left on either side


def test_nothing_but_silence_has_no_length() -> None:
    assert len(trimmed(wav(bytes(2 * RATE), RATE))) == 0
    assert len(levelled(trimmed(wav(bytes(2), RATE)), 0)) == 0


def test_what_is_no_wav_file_is_refused() -> None:
    with pytest.raises(ModelAnswerInvalid, match="no WAV"):
        trimmed(b"ID3")


def test_soft_and_loud_voices_come_to_one_level_and_strength_moves_it() -> None:
    def rms(samples: np.ndarray) -> float:
        return 20 * np.log10(np.sqrt(np.mean((samples.astype(float) / 32767) ** 2)))

    soft, loud = levelled(tone(1, 0.02), 0), levelled(tone(1, 0.9), 0)
    assert rms(soft) == pytest.approx(rms(loud), abs=0.1)
    assert rms(levelled(tone(1, 0.5), -4)) == pytest.approx(rms(loud) - 4, abs=0.1)
    assert np.abs(levelled(tone(1, 0.5), 60)).max() < 32767


def test_a_stored_line_tells_its_length_by_its_size() -> None:
    data = as_wav(tone(0.5, 0.2))

    assert samples_in(len(data)) == len(from_wav(data)) == RATE // 2


@pytest.mark.parametrize(
    "change",
    [{"text": "No."}, {"voice": "w"}, {"speed": 1.1}, {"pitch": 0.9}, {"instruction": "x"}, {"take": 1}],
)
def test_whatever_changes_the_sound_changes_its_name(change: dict[str, object]) -> None:
    assert ASKED.key == replace(ASKED).key
    assert replace(ASKED, **change).key != ASKED.key
