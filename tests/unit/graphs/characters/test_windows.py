"""Cutting a novel into windows."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.characters.windows import Window, WindowSize, cut, with_markers

_SMALL = WindowSize(characters=60, paragraphs=3, overlap=1)
_TEXT = "\n\n".join(f"This is paragraph number {n}." for n in range(10))


@given(st.text(alphabet="ab \n“”.", max_size=300))
def test_windows_without_overlap_tile_any_text(text: str) -> None:
    windows = cut(text, WindowSize(characters=20, paragraphs=2, overlap=0))

    assert "".join(text[window.start : window.end] for window in windows) == text


@given(st.text(alphabet="ab \n“”.", max_size=300))
def test_overlapping_windows_leave_nothing_out(text: str) -> None:
    windows = cut(text, _SMALL)

    assert windows[0].start == 0
    assert windows[-1].end == len(text)
    assert all(later.start <= earlier.end for earlier, later in pairwise(windows))


def test_window_shares_its_first_paragraphs_with_the_one_before() -> None:
    first, second = cut(_TEXT, _SMALL)[:2]

    assert second.start < first.end
    assert _TEXT[second.start : first.end].strip() == "This is paragraph number 1."


_SIZE = WindowSize(characters=4_000, paragraphs=40, overlap=2)


def _chapters(*lengths: int) -> tuple[str, list[int]]:
    chapters = [f"{n}. {'word ' * (length // 5)}\n\n" for n, length in enumerate(lengths)]
    return "".join(chapters), [sum(map(len, chapters[:n])) for n in range(len(chapters))]


def test_each_chapter_is_cut_by_itself_so_that_a_new_one_moves_no_other() -> None:
    text, starts = _chapters(1_500, 2_500, 1_200)
    before, after = cut(text[: starts[2]], _SIZE, starts[:2]), cut(text, _SIZE, starts)

    assert [window.start for window in after] == starts
    assert before == after[:2]


def test_chapter_that_is_a_heading_alone_goes_with_the_next() -> None:
    text, starts = _chapters(50, 2_000, 1_200)

    assert [window.start for window in cut(text, _SIZE, starts)] == [0, starts[2]]


def test_paragraph_longer_than_a_window_stays_whole() -> None:
    long = "word " * 100
    windows = cut(f"Short.\n\n{long}\n\nShort.", _SMALL)

    assert any(long.strip() in f"Short.\n\n{long}\n\nShort."[w.start : w.end] for w in windows)


@pytest.mark.parametrize("limit", ["characters", "paragraphs"])
def test_window_keeps_both_limits(limit: str) -> None:
    for window in cut(_TEXT, _SMALL):
        inside = _TEXT[window.start : window.end]
        assert len(inside) <= 60 if limit == "characters" else inside.count("paragraph") <= 3


def test_markers_stand_before_their_offsets() -> None:
    marked = with_markers(
        'He said "no" and "yes".', Window(index=0, start=3, end=23), [(8, "q8"), (17, "q17")]
    )

    assert marked == 'said [q8]"no" and [q17]"yes".'
