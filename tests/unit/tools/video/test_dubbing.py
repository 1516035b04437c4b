"""Where a spoken line goes, and how fast."""

import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.subtitles.cues import Cue
from tools.video.dubbing import RATE, Tempo, Track, place

TEMPO = Tempo(fastest=1.5, slowest=0.9)


def _cues(*times: tuple[int, int]) -> list[Cue]:
    return [Cue(id=n, start=start, end=end, text="a") for n, (start, end) in enumerate(times, 1)]


def test_a_line_that_fits_is_spoken_as_it_is() -> None:
    (one,) = place(_cues((1000, 3000)), [1900], TEMPO, end=10_000)

    assert (one.start, one.end) == (1000, 3000)
    assert not one.is_hurried


def test_a_short_line_is_slowed_a_little_and_no_more() -> None:
    (one,) = place(_cues((1000, 3000)), [500], TEMPO, end=10_000)

    assert one.tempo == 0.9


def test_a_line_that_is_too_long_first_takes_the_pause_and_then_hurries() -> None:
    first, second = place(_cues((0, 1000), (2000, 3000)), [1900, 2000], TEMPO, end=3500)

    assert (first.tempo, first.end) == (1.0, 1900)
    assert second.tempo == pytest.approx(2000 / 1440, rel=0.01)
    assert second.is_hurried


def test_a_line_that_no_tempo_fits_makes_the_next_one_late() -> None:
    first, second = place(_cues((0, 1000), (1100, 2000)), [3000, 500], TEMPO, end=9000)

    assert first.tempo == 1.5
    assert second.start == first.end + 60
    assert second.is_late


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 3000), st.integers(1, 9000)), max_size=20))
def test_lines_never_overlap_and_none_is_early(lines: list[tuple[int, int, int]]) -> None:
    at, times = 0, list[tuple[int, int]]()
    for pause, length, _ in lines:
        times.append((at + pause, at + pause + length))
        at += pause + length
    placements = place(_cues(*times), [spoken for *_, spoken in lines], TEMPO, end=at + 1000)

    assert len(placements) == len(lines)
    assert all(one.start >= one.wanted for one in placements)
    assert all(0.9 <= one.tempo <= 1.5 for one in placements)
    assert all(one.end < other.start for one, other in pairwise(placements))


def test_the_original_gives_way_under_the_voice_and_nowhere_else(tmp_path: Path) -> None:
    track = Track(voice=tmp_path / "voice", room=tmp_path / "room", original_db=-20, end=3000)
    track.add(1000, np.full(RATE, 1000, np.int16))
    track.close()

    voice, room = _read(tmp_path / "voice"), _read(tmp_path / "room") / 32767
    assert len(voice) == len(room) == 3 * RATE
    assert (voice[RATE : 2 * RATE] == 1000).all()
    assert room[: RATE - 1].min() > 0.99
    assert room[RATE * 3 // 2] == pytest.approx(0.1, abs=0.001)
    assert room[2 * RATE :].min() > 0.99


def test_a_line_past_the_end_of_the_film_is_cut_there(tmp_path: Path) -> None:
    track = Track(voice=tmp_path / "voice", room=tmp_path / "room", original_db=-20, end=1500)
    track.add(1000, np.full(RATE, 1000, np.int16))
    track.close()

    assert len(_read(tmp_path / "voice")) == RATE * 3 // 2


def _read(path: Path) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)
