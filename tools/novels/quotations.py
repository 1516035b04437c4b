"""Which stretches of a novel are narration and which are quotations."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from tools.novels import quotation_chinese, quotation_english
from tools.novels.quotation_asides import split_asides
from tools.novels.quotation_context import Quoted
from tools.novels.quotation_dashes import dash_quotations
from tools.novels.quotation_displays import Displays
from tools.novels.quotation_documents import without_documents
from tools.novels.quotation_speeches import iter_speeches
from tools.novels.quotation_style import Style, begins_with_dash, find_style
from tools.novels.types import Span, SpanKind
from tools.text.paragraphs import Layout, find_layout, iter_paragraphs

_Spoken = Callable[[Sequence[Quoted]], Iterable[Quoted]]
_SPOKEN: dict[str, _Spoken] = {"en": quotation_english.spoken, "zh": quotation_chinese.spoken}


def find_spans(text: str, language: str) -> list[Span]:
    """Narration and quotation spans that tile ``text``: joined, they are the text, whatever it holds.

    A quotation runs from its opening mark to behind its closing mark, quotations nested in it included. Where
    each paragraph of a speech opens again, each is a span of its own, and all but the first
    ``continues``. A quotation without a closing mark ends with its paragraph, not ``closed``. The style of
    the book (double marks, single marks, corner brackets, dashes) is decided once, for the whole text.

    Left in the narration are marks that set off no speech or thought: words that are only mentioned, titles,
    inscriptions, letters and other written matter, verse that stands by itself, speech reported in the third
    person, and stage directions within a speech.

    Args:
        language: "en" or "zh".
    """
    layout, style = find_layout(text), find_style(text)
    quotations = _marked_quotations(text, layout, style, _SPOKEN[language])
    if style is Style.DASH:
        quotations = _merge(quotations, _dashed_quotations(text, layout))
    return list(_tile(quotations, len(text)))


def _marked_quotations(text: str, layout: Layout, style: Style, spoken: _Spoken) -> Iterator[Span]:
    displays = Displays(text, layout)
    speeches = without_documents(iter_speeches(text, layout, with_single=style is Style.SINGLE))
    for _, paragraph in groupby(speeches, key=lambda speech: speech[0].paragraph_start):
        worded = {speech[0].start: speech for speech in paragraph if speech[0].words}
        firsts = [speech[0] for speech in worded.values()]
        if firsts and not displays.holds(firsts[0]):
            for first in spoken(firsts):
                for quoted in worded[first.start]:
                    yield from split_asides(text, _span(quoted))


def _dashed_quotations(text: str, layout: Layout) -> Iterator[Span]:
    for start, end in iter_paragraphs(text, layout):
        if begins_with_dash(text, start):
            yield from dash_quotations(text, start, end)


def _merge(marked: Iterable[Span], dashed: Iterable[Span]) -> Iterator[Span]:
    """Both in text order; a marked quotation that touches a dashed one is nested in it."""
    done = 0
    for span in sorted([*dashed, *marked], key=lambda span: (span.start, -span.end)):
        if span.start >= done:
            yield span
            done = span.end


def _span(quoted: Quoted) -> Span:
    return Span(
        kind=SpanKind.QUOTATION,
        start=quoted.start,
        end=quoted.end,
        closed=quoted.closed,
        continues=quoted.continues,
    )


def _tile(quotations: Iterable[Span], length: int) -> Iterator[Span]:
    done = 0
    for quotation in quotations:
        if quotation.start > done:
            yield Span(kind=SpanKind.NARRATION, start=done, end=quotation.start)
        yield quotation
        done = quotation.end
    if done < length:
        yield Span(kind=SpanKind.NARRATION, start=done, end=length)
