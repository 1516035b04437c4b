"""Scores of quotation spans against annotated ones."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FAMILIES = ('"“”„‟＂', "'‘’‚‛", "「」", "『』", "«»", "‹›")
_MARK = re.compile(f"[{''.join(_FAMILIES)}]")
_BETWEEN_MARKS = re.compile('“[^”]*”|"[^"]*"')
_PARAGRAPH_START = re.compile(r"(?:^|\n)\s*$")
_NEAR = 4  # characters before a span's first letter that can hold its opening mark

Offsets = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanScores:
    """Counts of one text; add two to score several texts together (micro average)."""

    gold: int
    predicted: int
    correct: int

    @property
    def precision(self) -> float:
        """The share of predicted spans that are right; 1 when none is predicted."""
        return self.correct / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """The share of gold spans that are found; 1 when there is none."""
        return self.correct / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.gold + self.predicted
        return 2 * self.correct / total if total else 1.0

    def __add__(self, other: "SpanScores") -> "SpanScores":
        return SpanScores(
            gold=self.gold + other.gold,
            predicted=self.predicted + other.predicted,
            correct=self.correct + other.correct,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapScores:
    """Counts of one text where one shared letter is enough; add two for several texts (micro average)."""

    gold: int
    found: int  #: Gold spans that a predicted one touches.
    predicted: int
    right: int  #: Predicted spans that touch a gold one.

    @property
    def precision(self) -> float:
        """The share of predicted spans that are right; 1 when none is predicted."""
        return self.right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """The share of gold spans that are found; 1 when there is none."""
        return self.found / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: "OverlapScores") -> "OverlapScores":
        return OverlapScores(
            gold=self.gold + other.gold,
            found=self.found + other.found,
            predicted=self.predicted + other.predicted,
            right=self.right + other.right,
        )


NO_OVERLAPS = OverlapScores(gold=0, found=0, predicted=0, right=0)


def span_scores(
    gold: Iterable[Offsets], predicted: Iterable[Offsets], text: str, *, outermost: bool = False
) -> SpanScores:
    """Compare spans by exact boundaries, after the same clean-up of both sides.

    1. Trim: white space, quotation marks and all other characters that are neither letters nor digits are
       taken off both edges. A span with nothing left does not count.
    2. Join: neighbours become one span when nothing but such characters lies between them and no quotation
       ends there, that is, the gap holds at most one mark of the kind that opens the second span. This makes
       a speech over several paragraphs, each opening again without a closing mark before it, equal to the
       same speech annotated as one span, on either side. Two quotations that are each closed stay two.
    3. A predicted span is correct when a gold span has the same start and end.

    With ``outermost``, step 2 also joins neighbours with words between them if the quotation does not end
    there: all marks of its kind in the gap stand at the start of a paragraph. PDNC cuts nested quotations
    and stage directions out of the quotations of some novels and leaves them in in others; this measure
    compares what the outermost marks enclose.
    """
    gold_spans = comparable_spans(gold, text, outermost=outermost)
    predicted_spans = comparable_spans(predicted, text, outermost=outermost)
    return SpanScores(
        gold=len(gold_spans),
        predicted=len(predicted_spans),
        correct=len(set(gold_spans) & set(predicted_spans)),
    )


def overlap_scores(gold: Iterable[Offsets], predicted: Iterable[Offsets], text: str) -> OverlapScores:
    """Compare spans by whether they were found at all, wherever the boundaries lie.

    A regular expression for marks reaches .95 precision and .99 recall by this measure.
    """
    gold_spans, predicted_spans = _trimmed(gold, text), _trimmed(predicted, text)
    return OverlapScores(
        gold=len(gold_spans),
        found=_touched(gold_spans, predicted_spans),
        predicted=len(predicted_spans),
        right=_touched(predicted_spans, gold_spans),
    )


def between_marks(text: str) -> list[Offsets]:
    """The baseline: whatever one regular expression finds between double marks."""
    return [found.span() for found in _BETWEEN_MARKS.finditer(text)]


def comparable_spans(spans: Iterable[Offsets], text: str, *, outermost: bool = False) -> list[Offsets]:
    """Steps 1 and 2 of :func:`span_scores`, in text order."""
    joined: list[Offsets] = []
    family = ""
    for start, end in _trimmed(spans, text):
        if joined and _goes_on(text[joined[-1][1] : start], family if outermost else ""):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
            family = _family(_MARK.findall(text, max(0, start - _NEAR), start))
    return joined


def _trimmed(spans: Iterable[Offsets], text: str) -> list[Offsets]:
    trimmed = {_trim(start, end, text) for start, end in spans}
    return sorted((start, end) for start, end in trimmed if start < end)


def _trim(start: int, end: int, text: str) -> Offsets:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _goes_on(gap: str, family: str) -> bool:
    """Whether a quotation of ``family`` that stands before the gap goes on behind it."""
    if not any(character.isalnum() for character in gap):
        marks = _MARK.findall(gap)
        if sum(mark in _family(marks) for mark in marks) <= 1:
            return True
    positions = [found.start() for found in _MARK.finditer(gap) if found[0] in family]
    return bool(family) and all(_PARAGRAPH_START.search(gap, 0, position) for position in positions)


def _family(marks: list[str]) -> str:
    """The family of the last of some marks; empty without marks."""
    return next((family for family in _FAMILIES if marks and marks[-1] in family), "")


def _touched(spans: list[Offsets], others: list[Offsets]) -> int:
    """How many of ``spans`` overlap one of ``others``."""
    touched, other = 0, 0
    for start, end in spans:
        while other < len(others) and others[other][1] <= start:
            other += 1
        touched += other < len(others) and others[other][0] < end
    return touched
