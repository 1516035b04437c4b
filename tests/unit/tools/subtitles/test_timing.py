"""Times that let a cue be read, and leave the film its pauses."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tools.subtitles.conflicts import mend_conflicts
from tools.subtitles.conformity import judge
from tools.subtitles.cues import Cue
from tools.subtitles.profiles import profile_of
from tools.subtitles.timing import fit_times

EN = profile_of("en")
GAP = EN.gap_ms(24)


def cue(id: int, start: int, end: int, text: str = "short") -> Cue:
    return Cue(id=id, start=start, end=end, text=text)


def times(cues: list[Cue]) -> list[tuple[int, int]]:
    return [(cue.start, cue.end) for cue in cues]


def test_a_cue_that_is_too_short_to_be_read_stays_longer_and_then_comes_earlier() -> None:
    # 24 characters at 20 a second take 1.2 s: half a second longer, and the rest earlier.
    fitted = fit_times([cue(1, 5000, 5600, "x" * 24)], EN, "srt")

    assert times(fitted) == [(4900, 6100)]


def test_an_overlap_ends_two_frames_before_the_next_cue() -> None:
    fitted = fit_times([cue(1, 0, 3000), cue(2, 2000, 4000)], EN, "srt")

    assert times(fitted) == [(0, 2000 - GAP), (2000, 4000)]


def test_a_pause_too_short_to_be_one_is_closed_and_a_longer_one_is_kept() -> None:
    fitted = fit_times([cue(1, 0, 1800), cue(2, 2000, 4000), cue(3, 5000, 6000)], EN, "srt")

    assert times(fitted) == [(0, 2000 - GAP), (2000, 4000), (5000, 6000)]


def test_cues_that_come_together_keep_their_times() -> None:
    together = [cue(1, 1000, 2000), cue(2, 1000, 4000)]

    assert fit_times(together, EN, "srt")[1] == together[1]


def test_no_cue_stands_longer_than_the_longest() -> None:
    assert times(fit_times([cue(1, 0, 30_000)], EN, "srt")) == [(0, EN.max_ms)]


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(-100, 4000), st.integers(0, 60)), max_size=25))
def test_whatever_comes_no_cue_is_lost_and_no_overlap_is_new(raw: list[tuple[int, int, int]]) -> None:
    cues = [cue(at, start, start + length, "x" * size) for at, (start, length, size) in enumerate(raw, 1)]

    fitted = fit_times(cues, EN, "srt")

    assert [(a.id, a.text) for a in fitted] == [(b.id, b.text) for b in cues]
    own = {cue.id: cue for cue in cues}
    for before, after in pairwise(sorted(fitted, key=lambda c: (c.start, c.end))):
        if before.end > after.start:  # only what overlapped before does so still
            assert own[before.id].end > own[after.id].start


def test_conformity_names_every_broken_rule_of_every_cue() -> None:
    cues = [
        cue(1, 0, 1000, "x" * 43),
        cue(2, 900, 1500, "fast words, very"),
        cue(3, 1510, 9000, "a\nb\nc"),
        cue(4, 9500, 9400),
        cue(5, 9600, 10_600, " "),
    ]

    found = judge(cues, EN, "srt")

    assert {(breach.cue, breach.rule) for breach in found.breaches} == {
        (1, "cps"), (1, "cpl"), (1, "overlap"), (2, "too_short"), (2, "cps"), (2, "gap"), (3, "lines"),
        (3, "too_long"), (4, "backwards"), (5, "empty"),
    }  # fmt: skip
    assert found.share == 0


def test_fitted_cues_conform_where_the_film_leaves_room() -> None:
    cues = [cue(at, at * 3000, at * 3000 + 900, "x" * 28) for at in range(1, 100)]

    assert judge(cues, EN, "srt").share == 0
    assert judge(fit_times(cues, EN, "srt"), EN, "srt").share == 1


def test_chinese_counts_a_half_width_character_half() -> None:
    assert profile_of("zh").length("你好 ok\n啊") == 4.5
    assert replace(cue(1, 0, 1)).duration == 1


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(-100, 4000)), max_size=25))
def test_mended_conflicts_close_no_pause_and_lose_no_cue(raw: list[tuple[int, int]]) -> None:
    cues = [cue(at, start, start + length) for at, (start, length) in enumerate(raw, 1)]

    mended = mend_conflicts(cues, gap=GAP)

    assert [(a.id, a.text) for a in mended] == [(b.id, b.text) for b in cues]
    own = {cue.id: cue for cue in cues}
    assert all(cue.start == min(own[cue.id].start, own[cue.id].end) for cue in mended if cue.start)
    assert all(cue.end <= max(own[cue.id].start, own[cue.id].end) for cue in mended if cue.end)


def test_a_cue_without_time_takes_some_of_a_neighbour_that_has_more_than_it_needs() -> None:
    fitted = fit_times([cue(1, 0, 3000), cue(2, 3000, 3400), cue(3, 3400, 7000)], EN, "srt")

    assert judge(fitted, EN, "srt").share == 1
    assert all(abs(cue.start - own) <= EN.yield_ms for cue, own in zip(fitted, (0, 3000, 3400), strict=True))
