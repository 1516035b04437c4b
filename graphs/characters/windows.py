"""Cutting a novel into windows that a model can read whole.

Windows end where paragraphs end and together cover the whole text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of the text."""

    index: int
    start: int
    end: int

    def holds(self, start: int, end: int) -> bool:
        """Whether that stretch lies inside."""
        return self.start <= start and end <= self.end


def cut(text: str, size: WindowSize) -> list[Window]:
    """Windows over the whole text.

    A paragraph longer than a window becomes a window of its own: cutting it would part a quotation from
    what tells its speaker.
    """
    blocks = list(_blocks(text))
    return [
        Window(index=index, start=blocks[first][0], end=blocks[last - 1][1])
        for index, (first, last) in enumerate(_runs(blocks, size))
    ]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs with the white space that follows them, so that they tile the text."""
    starts = [start for start, _ in iter_paragraphs(text)]
    bounds = [0, *starts[1:], len(text)] if starts else [0, len(text)]
    return pairwise(bounds)


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
