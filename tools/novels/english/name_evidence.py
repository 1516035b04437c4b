"""What stands around each capitalised name, over the whole book, as signs of a person."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tools.novels.english.candidates import Candidate
from tools.novels.english.lexicon import PERSON_NOUNS, PERSON_VERBS, SPEECH_VERBS, WEAK_SPEECH_VERBS, words
from tools.novels.types import Span

_SPEAKS = SPEECH_VERBS - WEAK_SPEECH_VERBS
_PLACE_PREPOSITIONS = words("in at into near through within across around leaving visiting")
_BEFORE = re.compile(r"([^\W\d_]+)[\s_]+\Z")
_AFTER = re.compile(r"(['’]s|['’]| s\b)?[\s,_]+([^\W\d_]+)")
_CALL_BEFORE = re.compile(
    r"(?:[\"“‘(]|[,;!?.—-]|\b(?:[Dd]ear|[Oo]h|[Aa]h|O|[Mm]y|[Ww]ell|[Nn]o|[Yy]es))\s*\Z"
)
_CALL_AFTER = re.compile(r"\s*[,.!?;:—\"”-]")
_WINDOW = 24  # characters on either side that show what a name is


@dataclass(slots=True)
class NameEvidence:
    """Counts of the places of one name."""

    count: int = 0
    middle: int = 0  #: Places where it begins no sentence.
    article: int = 0  #: "the" before it.
    place: int = 0  #: "in", "at" before it.
    speaks: int = 0  #: A verb of speech beside it.
    acts: int = 0  #: A verb that mostly people are subjects of after it.
    owns: int = 0  #: "Emma's hand".
    called: int = 0  #: Vocatives.

    @property
    def personal(self) -> int:
        """The weight of the places that mostly a person's name stands in."""
        return 3 * self.speaks + self.acts + self.owns + 2 * self.called

    @property
    def names_a_place(self) -> bool:
        """Whether the name often follows "in" or "at"."""
        return self.place > 1 and 6 * self.place > self.count


def gather_evidence(
    text: str, spans: Sequence[Span], candidates: Iterable[Candidate]
) -> dict[str, NameEvidence]:
    """The evidence for every name."""
    quotes = [span for span in spans if span.is_quotation]
    starts = [span.start for span in quotes]
    evidence: defaultdict[str, NameEvidence] = defaultdict(NameEvidence)
    for candidate in candidates:
        at = bisect_right(starts, candidate.start) - 1
        is_quoted = at >= 0 and candidate.start < quotes[at].end
        _note(text, candidate, is_quoted, evidence[candidate.key])
    return dict(evidence)


def speaks(text: str, candidate: Candidate) -> bool:
    """Whether a verb of speech stands beside the name."""
    possessive, after = _word_after(text, candidate.end)
    return _word_before(text, candidate.article_start) in _SPEAKS or (not possessive and after in _SPEAKS)


def _note(text: str, candidate: Candidate, is_quoted: bool, seen: NameEvidence) -> None:
    before = _word_before(text, candidate.article_start)
    possessive, after = _word_after(text, candidate.end)
    seen.count += 1
    seen.middle += not candidate.is_initial
    seen.article += candidate.has_article
    seen.place += before in _PLACE_PREPOSITIONS
    seen.speaks += speaks(text, candidate)
    seen.acts += not possessive and after in PERSON_VERBS
    seen.owns += possessive and after in PERSON_NOUNS
    seen.called += is_quoted and _is_called(text, candidate)


def _word_before(text: str, start: int) -> str:
    match = _BEFORE.search(text, max(0, start - _WINDOW), start)
    return match.group(1) if match else ""


def _word_after(text: str, end: int) -> tuple[bool, str]:
    """Whether the name is in the possessive, and the word after it."""
    match = _AFTER.match(text, end, end + _WINDOW)
    return (bool(match.group(1)), match.group(2)) if match else (False, "")


def _is_called(text: str, candidate: Candidate) -> bool:
    return bool(
        _CALL_BEFORE.search(text, max(0, candidate.start - 8), candidate.start)
        and _CALL_AFTER.match(text, candidate.end, candidate.end + 4)
    )
