"""Cutting a novel into windows that a model can read whole.

Windows end where paragraphs end and together cover the whole text. Each chapter is cut by itself, so that a
new chapter leaves the windows of all others as they were.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import accumulate, groupby, islice, pairwise

from tools.text.paragraphs import iter_paragraphs


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSize:
    """How much one window may hold."""

    characters: int
    paragraphs: int
    overlap: int  #: Paragraphs that a window shares with the one before.


# A token is about four characters of English and one and a half of Chinese, so both sizes come to two to
# three thousand tokens: enough context, and few enough quotations that an answer stays short.
NAME_WINDOWS = {
    "en": WindowSize(characters=12_000, paragraphs=120, overlap=0),
    "zh": WindowSize(characters=5_000, paragraphs=120, overlap=0),
}
SPEAKER_WINDOWS = {
    "en": WindowSize(characters=10_000, paragraphs=40, overlap=6),
    "zh": WindowSize(characters=4_000, paragraphs=40, overlap=6),
}

_SHORTEST_CHAPTER = 1_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of the text."""

    index: int
    start: int
    end: int


def cut(text: str, size: WindowSize, chapters: Iterable[int] = ()) -> list[Window]:
    """Windows over the whole text.

    A paragraph longer than a window becomes a window of its own: cutting it would part a quotation from
    what tells its speaker.

    Args:
        text: A novel.
        size: How much each may hold.
        chapters: Where its chapters begin. A very short one (a heading of a part) goes with the next.
    """
    starts = _long_chapters(chapters, len(text))
    sections = groupby(_blocks(text, starts), key=lambda block: bisect_right(starts, block[0]))
    blocks = (list(section) for _, section in sections)
    found = [
        (section[one][0], section[other - 1][1]) for section in blocks for one, other in _runs(section, size)
    ]
    return [Window(index=index, start=start, end=end) for index, (start, end) in enumerate(found)]


def _long_chapters(chapters: Iterable[int], length: int) -> list[int]:
    """Where chapters begin, those left out whose predecessor is too short to stand alone."""
    starts = [0]
    for start in chapters:
        if starts[-1] + _SHORTEST_CHAPTER <= start < length:
            starts.append(start)
    return starts


def _blocks(text: str, chapters: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Paragraphs with the white space that follows them, so that they tile the text."""
    if not text:
        return iter([(0, 0)])
    starts = (start for start, _ in iter_paragraphs(text))
    bounds = merge([0], islice(starts, 1, None), chapters, [len(text)])
    return pairwise(bound for bound, _ in groupby(bounds))


def _runs(blocks: Sequence[tuple[int, int]], size: WindowSize) -> Iterator[tuple[int, int]]:
    """First and last-plus-one block of each window."""
    first = 0
    while first < len(blocks):
        last = _fill(blocks, first, size)
        yield first, last
        if last == len(blocks):
            return
        first = max(first + 1, last - size.overlap)


def _fill(blocks: Sequence[tuple[int, int]], first: int, size: WindowSize) -> int:
    lengths = accumulate(end - start for start, end in blocks[first : first + size.paragraphs])
    fitting = sum(length <= size.characters for length in lengths)
    return first + max(1, fitting)


def with_markers(text: str, window: Window, markers: Iterable[tuple[int, str]]) -> str:
    """The window's text with each marker, in square brackets, at its offset into the whole text."""
    parts: list[str] = []
    done = window.start
    for offset, marker in markers:
        parts += [text[done:offset], f"[{marker}]"]
        done = offset
    return "".join([*parts, text[done : window.end]])
