"""Where the chapters of a novel begin."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tools.novels.chapter_headings import Heading, Level, iter_headings
from tools.novels.types import Chapter
from tools.text.paragraphs import find_layout

_EMPTY = 100  # characters under a heading that are no body: in a table of contents, a subtitle at most
_TITLE_PAGE = 400  # characters between the heading of a part and that of its first chapter
_SEVERAL = 3  # headings in a row without a body make a table of contents
_SERIES = 3  # numbers on lines of their own that make a series
_SHORTEST_MEAN = 600  # characters from one such number to the next


def find_chapters(text: str, language: str) -> list[Chapter]:
    """The chapters of ``text``; they tile it, and there is at least one.

    Headings are Markdown headings, "Chapter 3", "PART ONE", "Prologue", in Chinese texts also 第三章, 卷二
    and 楔子, and numbers on lines of their own where these count up from one and the text has no chapters by
    name. Tables of contents and mentions in a sentence head nothing. What stands before the first heading is
    chapter 0 without a title, if it is more than white space.
    """
    headings = _join_levels(text, _without_contents(text, _chapter_headings(text, language)))
    starts = [(heading.start, heading.title) for heading in headings]
    if not starts or text[: starts[0][0]].strip():
        starts.insert(0, (0, ""))
    else:
        starts[0] = (0, starts[0][1])
    ends = [*(start for start, _ in starts[1:]), len(text)]
    return [
        Chapter(index=index, title=title, start=start, end=end)
        for index, ((start, title), end) in enumerate(zip(starts, ends, strict=True))
    ]


def _chapter_headings(text: str, language: str) -> list[Heading]:
    headings = list(iter_headings(text, language, find_layout(text)))
    named = [heading for heading in headings if heading.level is not Level.NUMERAL]
    if sum(heading.level is Level.CHAPTER and heading.number is not None for heading in named) > 1:
        return named
    series = set(_series([heading for heading in headings if heading.level is Level.NUMERAL]))
    return [heading for heading in headings if heading.level is not Level.NUMERAL or heading in series]


def _series(numerals: Sequence[Heading]) -> list[Heading]:
    """The numerals that count up from one, step by step, starting over at any part."""
    chains: list[list[Heading]] = []
    for heading in numerals:
        if chains and heading.number == len(chains[-1]) + 1:
            chains[-1].append(heading)
        elif heading.number == 1:
            chains.append([heading])
    chains = [chain for chain in chains if len(chain) > 1]
    found = [heading for chain in chains for heading in chain]
    return found if len(found) >= _SERIES and any(map(_is_spaced, chains)) else []


def _is_spaced(chain: Sequence[Heading]) -> bool:
    """Whether chapters fit between its headings, rather than pages, list items or lines of contents."""
    return chain[-1].start - chain[0].start >= _SHORTEST_MEAN * (len(chain) - 1)


def _without_contents(text: str, headings: Sequence[Heading]) -> list[Heading]:
    """Drop tables of contents: several headings of one level in a row without a body between them."""
    last_place = {heading.key: index for index, heading in enumerate(headings)}
    kept: list[Heading] = []
    for first, last in _runs(text, headings):
        entries, end = headings[first:last], headings[last]
        if max(Counter(entry.level for entry in entries).values(), default=0) < _SEVERAL:
            kept += headings[first : last + 1]
            continue
        listed = {entry.key for entry in entries}
        kept += _parts_before(end, entries)
        if (
            end.key in listed or last_place[end.key] == last
        ):  # else it is the last entry, and a preface follows
            kept.append(end)
    return kept


def _runs(text: str, headings: Sequence[Heading]) -> Iterator[tuple[int, int]]:
    """First and last place of each run of headings of which only the last has a body."""
    first = 0
    for place, heading in enumerate(headings):
        following = headings[place + 1].start if place + 1 < len(headings) else len(text)
        if place + 1 == len(headings) or _body_length(text, heading.end, following) >= _EMPTY:
            yield first, place
            first = place + 1


def _parts_before(end: Heading, entries: Sequence[Heading]) -> list[Heading]:
    """The headings right before ``end`` that stand over it, where they are listed before as well."""
    place = len(entries)
    while place and entries[place - 1].level < end.level:
        place -= 1
    listed = {entry.key for entry in entries[:place]}
    return [part for part in entries[place:] if part.key in listed]


def _join_levels(text: str, headings: Sequence[Heading]) -> list[Heading]:
    """Make one heading of "PART ONE" and the "Chapter 1" that follows it at once."""
    joined: list[Heading] = []
    for heading in headings:
        above = joined[-1] if joined else None
        if (
            above
            and above.level < heading.level
            and _body_length(text, above.end, heading.start) < _TITLE_PAGE
        ):
            title = f"{above.title} {heading.title}"
            joined[-1] = replace(heading, start=above.start, title=title)
        else:
            joined.append(heading)
    return joined


def _body_length(text: str, start: int, end: int) -> int:
    """How many characters stand there, white space left out; counted no further than matters."""
    return len("".join(text[start : min(end, start + 10 * _TITLE_PAGE)].split()))
