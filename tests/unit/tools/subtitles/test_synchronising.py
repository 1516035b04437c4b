"""Subtitles brought to their film."""

import random

import pytest

from tools.errors import InvalidInput
from tools.subtitles.conflicts import find_conflicts, mend_conflicts
from tools.subtitles.cues import Cue
from tools.subtitles.synchronising import Shift, align, frame_rate, two_points


def film(seed: int = 3, count: int = 300) -> list[Cue]:
    rng = random.Random(seed)  # noqa: S311 - a film, no secret
    cues: list[Cue] = []
    at = 20_000
    for id in range(1, count + 1):
        at += rng.randint(900, 9000)
        cues.append(Cue(id=id, start=at, end=at + 800, text="x"))
    return cues


def test_two_points_give_offset_and_drift() -> None:
    shift = two_points((1000, 2000), (11_000, 13_000))

    [moved] = shift.apply([Cue(id=1, start=6000, end=7000, text="x")])

    assert (moved.start, moved.end) == (7500, 8600)


@pytest.mark.parametrize(("first", "second"), [((1, 2), (1, 3)), ((1, 5), (2, 4))])
def test_points_that_give_no_shift_are_refused(first: tuple[int, int], second: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput):
        two_points(first, second)


def test_subtitles_for_25_frames_are_stretched_to_23_976() -> None:
    assert frame_rate(25, 23.976).rate == pytest.approx(1.0427, abs=1e-4)
    with pytest.raises(InvalidInput):
        frame_rate(25, 0)


@pytest.mark.parametrize("shift", [Shift(offset=-7300), Shift(rate=25 / 23.976, offset=2400), Shift()])
def test_a_file_is_aligned_to_a_reference_that_has_other_cues(shift: Shift) -> None:
    reference = film()
    rng = random.Random(1)  # noqa: S311 - a choice, no secret
    some = [cue for cue in reference if rng.random() < 0.8]
    inverse = Shift(rate=1 / shift.rate, offset=-shift.offset / shift.rate)

    found = align(inverse.apply(some), reference)

    assert found.shift.rate == pytest.approx(shift.rate, abs=1e-6)
    assert found.shift.offset == pytest.approx(shift.offset, abs=30)
    assert found.matched == found.of == len(some)
    assert found.median_error < 5


def test_a_reference_of_another_film_is_refused() -> None:
    with pytest.raises(InvalidInput, match="however the file is shifted"):
        align(film(1, 40), [Cue(id=1, start=3_000_000, end=3_001_000, text="x")] * 40)


def test_an_overlap_is_cut_and_no_pause_is_closed() -> None:
    cues = [Cue(id=1, start=0, end=1500, text="a"), Cue(id=2, start=1000, end=2000, text="b"),
            Cue(id=3, start=60_000, end=61_000, text="c")]  # fmt: skip

    mended = mend_conflicts(cues)

    assert [(cue.start, cue.end) for cue in mended] == [(0, 1000), (1000, 2000), (60_000, 61_000)]
    assert find_conflicts(mended) == []


def test_what_cannot_be_mended_without_loss_is_left_and_named() -> None:
    cues = [Cue(id=1, start=1000, end=2000, text="a"), Cue(id=2, start=1000, end=2000, text="b")]

    mended = mend_conflicts(cues)

    assert mended == cues
    assert [(conflict.kind, conflict.cue, conflict.other) for conflict in find_conflicts(mended)] == [
        ("overlap", 1, 2)
    ]


def test_times_that_are_turned_round_or_before_the_film_are_set_right() -> None:
    cues = [Cue(id=1, start=-500, end=900, text="a"), Cue(id=2, start=3000, end=2000, text="b")]

    assert {conflict.kind for conflict in find_conflicts(cues)} == {"before_zero", "backwards"}
    assert [(cue.start, cue.end) for cue in mend_conflicts(cues)] == [(0, 900), (2000, 3000)]
