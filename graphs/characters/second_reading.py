"""What is put before the model a second time: quotations about whose speaker the first readings differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from graphs.characters.scenes import Casting
from graphs.characters.windows import Window, with_markers
from tools.novels.types import Cast, Span

_REACH = {"en": 2_500, "zh": 1_000}  # characters shown on either side
_MOST_TOGETHER = 8  # quotations asked about at once

Doubts = Mapping[int, Sequence[str]]
"""By index of the span: the ids of those who were taken for its speaker."""


def second_windows(
    text: str,
    spans: Sequence[Span],
    cast: Cast,
    doubts: Doubts,
    language: str,
    quote_id: Callable[[Span], str],
) -> Iterator[tuple[Window, dict[str, Any]]]:
    """A window around every few doubtful quotations, and the data of its question."""
    casting = Casting(cast)
    for number, group in enumerate(_groups(spans, sorted(doubts), _REACH[language])):
        asked = [spans[index] for index in group]
        window = _around(text, number, asked[0].start, asked[-1].end, _REACH[language])
        contenders = {quote_id(spans[index]): list(doubts[index]) for index in group}
        named = {person for people in contenders.values() for person in people}
        near = casting.around(window)
        others = [c for c in cast.characters if c.id in named and c not in near]
        yield (
            window,
            {
                "text": with_markers(text, window, [(span.start, quote_id(span)) for span in asked]),
                "quotes": list(contenders),
                "contenders": contenders,
                "candidates": casting.described((*near, *others)),
            },
        )


def _groups(spans: Sequence[Span], indices: Sequence[int], reach: int) -> Iterator[list[int]]:
    group: list[int] = []
    for index in indices:
        is_far = bool(group) and spans[index].end - spans[group[0]].start > 2 * reach
        if is_far or len(group) == _MOST_TOGETHER:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _around(text: str, number: int, start: int, end: int, reach: int) -> Window:
    """From the beginning of a line to the end of one."""
    first = text.rfind("\n", 0, max(0, start - reach)) + 1
    last = text.find("\n", min(len(text), end + reach))
    return Window(index=number, start=first, end=len(text) if last < 0 else last)
