"""From chapters and attributed quotations to the lines that are spoken.

Lines tile the text, code point for code point. What cannot be pronounced belongs to the line before it, so
that every line has something to say, but for a quotation of mere dots, which is a silence of its speaker's.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from tools.audiobook.cutting import LIMIT, cut
from tools.audiobook.delivery import emphasis_in, manner_of
from tools.audiobook.lines import Kind, Line, is_speakable
from tools.novels.types import Chapter
from tools.text.paragraphs import iter_paragraphs

# Milliseconds of silence. Readers of audiobooks pause about a third of a second between sentences, twice that
# between paragraphs, and two seconds or more between chapters (ACX asks for up to five).
WITHIN_SENTENCE = 80
AROUND_QUOTATION = 150
SENTENCE = 300
PARAGRAPH = 600
HEADING = 1_000
CHAPTER = 2_000

_TAG_REACH = 80  # characters beside a quotation in which words tell how it is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quotation, and who says it."""

    id: str
    start: int
    end: int
    speaker_id: str | None


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int
    chapter: int
    kind: Kind
    quote: Quote | None = None


def write_script(
    text: str, chapters: Sequence[Chapter], quotes: Sequence[Quote], language: str
) -> list[Line]:
    """The lines of a novel, in order.

    Args:
        text: As tools.text.normalise gives it.
        chapters: They tile it.
        quotes: In order; they do not overlap.
        language: "en" or "zh".
    """
    paragraphs = [start for start, _ in iter_paragraphs(text)][1:]
    stretches = [
        piece
        for stretch in _stretches(text, chapters, quotes)
        for piece in _pieces(text, stretch, paragraphs, LIMIT[language])
    ]
    lines = [
        Line(
            start=piece.start,
            end=piece.end,
            chapter=piece.chapter,
            kind=piece.kind,
            quote_id=piece.quote.id if piece.quote else None,
            speaker_id=piece.quote.speaker_id if piece.quote else None,
        )
        for piece in _joined(text, stretches)
    ]
    starts = set(paragraphs)
    return [_with_manner(text, lines, at, starts, language) for at in range(len(lines))]


def _stretches(text: str, chapters: Sequence[Chapter], quotes: Sequence[Quote]) -> Iterator[_Stretch]:
    ends = [quote.end for quote in quotes]
    for chapter in chapters:
        at = chapter.start
        for quote in islice(quotes, bisect_right(ends, chapter.start), None):
            if quote.start >= chapter.end:
                break
            first, last = max(quote.start, at), min(quote.end, chapter.end)
            if first >= last:
                continue
            yield from _narration(text, chapter, at, first)
            yield _Stretch(first, last, chapter.index, Kind.QUOTATION, quote)
            at = last
        yield from _narration(text, chapter, at, chapter.end)


def _narration(text: str, chapter: Chapter, start: int, end: int) -> Iterator[_Stretch]:
    if start == chapter.start and chapter.title:
        heading = _end_of_heading(text, start, end, chapter.title)
        if heading is not None:
            yield _Stretch(start, heading, chapter.index, Kind.HEADING)
            start = heading
    if start < end:
        yield _Stretch(start, end, chapter.index, Kind.NARRATION)


def _end_of_heading(text: str, start: int, end: int, title: str) -> int | None:
    """Where the heading ends, with the blanks behind it; None when the chapter does not begin with it."""
    wanted = [character for character in title if not character.isspace()]
    at, found = start, 0
    while at < end and found < len(wanted):
        if not text[at].isspace():
            if text[at] == wanted[found]:
                found += 1
            elif found or text[at] not in "#*_":
                return None
        at += 1
    if found < len(wanted):
        return None
    rest = text.find("\n", at, end)
    at = end if rest < 0 else rest
    while at < end and text[at].isspace():
        at += 1
    return at


def _pieces(text: str, stretch: _Stretch, paragraphs: Sequence[int], limit: int) -> Iterator[_Stretch]:
    first, last = bisect_right(paragraphs, stretch.start), bisect_right(paragraphs, stretch.end - 1)
    if stretch.kind is Kind.HEADING:
        first = last  # a heading of several rows is said as one
    for start, end in pairwise([stretch.start, *paragraphs[first:last], stretch.end]):
        for until in cut(text, start, end, limit):
            yield replace(stretch, start=start, end=until)
            start = until


def _joined(text: str, pieces: Iterable[_Stretch]) -> list[_Stretch]:
    """The pieces, those that cannot be pronounced joined to a neighbour, of their chapter if that has one."""
    found: list[_Stretch] = []
    for piece in pieces:
        is_new_quotation = piece.kind is Kind.QUOTATION and (not found or found[-1].quote != piece.quote)
        if is_new_quotation or is_speakable(text[piece.start : piece.end]):
            start = found.pop().start if found and _is_mute(text, found[-1]) else piece.start
            found.append(replace(piece, start=start))
        elif found and (found[-1].chapter == piece.chapter or _is_mute(text, found[-1])):
            found[-1] = replace(found[-1], end=piece.end)
        else:
            found.append(piece)
    if len(found) > 1 and _is_mute(text, found[-1]):
        end = found.pop().end
        found[-1] = replace(found[-1], end=end)
    return found


def _is_mute(text: str, piece: _Stretch) -> bool:
    return piece.kind is not Kind.QUOTATION and not is_speakable(text[piece.start : piece.end])


def _with_manner(text: str, lines: Sequence[Line], at: int, starts: set[int], language: str) -> Line:
    line = lines[at]
    said = text[line.start : line.end]
    line = replace(line, pause_ms=_pause(text, lines, at, starts))
    if line.kind is Kind.HEADING:
        return line
    line = replace(line, emphasis=emphasis_in(said, line.start))
    if line.kind is Kind.NARRATION:
        return line
    tags: list[str] = []
    if at + 1 < len(lines) and line.end not in starts:
        tags.append(_narration_at(text, lines[at + 1], from_end=False))
    if at and line.start not in starts:
        tags.append(_narration_at(text, lines[at - 1], from_end=True))
    tone, strength = manner_of(said, tags, language)
    return replace(line, tone=tone, strength=strength)


def _narration_at(text: str, line: Line, *, from_end: bool) -> str:
    """What the narrator says right beside a quotation."""
    if line.kind is not Kind.NARRATION:
        return ""
    if from_end:
        return text[max(line.start, line.end - _TAG_REACH) : line.end]
    return text[line.start : min(line.end, line.start + _TAG_REACH)]


def _pause(text: str, lines: Sequence[Line], at: int, starts: set[int]) -> int:
    line = lines[at]
    following = lines[at + 1] if at + 1 < len(lines) else None
    if following is None or following.chapter != line.chapter:
        return CHAPTER
    if line.kind is Kind.HEADING:
        return HEADING
    if following.start in starts:
        return PARAGRAPH
    if following.kind is not line.kind:
        return AROUND_QUOTATION
    ended = text[line.start : line.end].rstrip().rstrip("\"'”’»)]」』）】")
    return SENTENCE if ended.endswith((".", "!", "?", "…", "。", "！", "？")) else WITHIN_SENTENCE
