"""Times of lines and chapters: they add up to the sample, whatever the lengths."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.audiobook.timeline import (
    RATE,
    ChapterTime,
    Spoken,
    chapters_of,
    expected_seconds,
    lay_out,
    milliseconds,
    samples,
)

LINES = st.lists(st.tuples(st.integers(0, 30 * RATE), st.integers(0, 5000), st.integers(0, 1)), max_size=50)


@settings(max_examples=40)
@given(LINES)
def test_lines_follow_each_other_with_their_pauses(drawn: list[tuple[int, int, int]]) -> None:
    spoken = [Spoken(id=f"l{n}", chapter=0, samples=s, pause_ms=p) for n, (s, p, _) in enumerate(drawn)]

    timed = lay_out(spoken)

    total = timed[-1].end + timed[-1].pause if timed else 0
    assert total == sum(line.samples + samples(line.pause_ms) for line in spoken)
    assert all(b.start == a.end + a.pause for a, b in pairwise(timed))


@settings(max_examples=40)
@given(LINES)
def test_chapters_tile_the_time_of_the_book(drawn: list[tuple[int, int, int]]) -> None:
    chapter = 0
    spoken: list[Spoken] = []
    for n, (count, pause, step) in enumerate(drawn):
        chapter += step
        spoken.append(Spoken(id=f"l{n}", chapter=chapter, samples=count, pause_ms=pause))
    timed = lay_out(spoken)

    chapters = list(chapters_of(timed))

    assert [one.chapter for one in chapters] == sorted({line.chapter for line in spoken})
    assert all(a.end == b.start for a, b in pairwise(chapters))
    if timed:
        assert (chapters[0].start, chapters[-1].end) == (0, timed[-1].end + timed[-1].pause)


def test_chapters_that_have_no_lines_have_no_time() -> None:
    timed = lay_out([Spoken(id="l0", chapter=3, samples=RATE, pause_ms=500)])

    assert list(chapters_of(timed)) == [ChapterTime(chapter=3, start=0, end=RATE * 3 // 2)]
    assert (timed[0].start_ms, timed[0].end_ms, milliseconds(RATE)) == (0, 1000, 1000)


def test_an_hour_of_english_has_some_nine_thousand_words() -> None:
    hour = expected_seconds(9_500 * 5, 0, language="en", engine="openai:gpt-4o-mini-tts")

    assert 50 * 60 < hour < 70 * 60
