"""Runs of capitalised words: the raw material of names."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tools.novels.english.lexicon import GIVEN_NAMES
from tools.novels.english.titles import ABBREVIATIONS

_CAPITAL = re.compile(
    r"(?<![^\W_])[A-ZÀ-ÖØ-Þ](?:['’][A-ZÀ-Þ])?[^\W\d_]*(?:-(?:the-|of-|de-|la-|le-)?[A-ZÀ-Þ][^\W\d_]+)*"
)
_LOWER = re.compile(r"(?<![\w'’])[a-zß-öø-ÿ][^\W\d_]*(?:-[^\W\d_]+)*")
_BLANK = re.compile(r"[ \t]*\n?[ \t]*")
_PARTICLE = re.compile(r"[ \t\n]+(?:de|du|des|la|le|von|van|der|de la)[ \t\n]+")
_OF = re.compile(r"[ \t\n]+of(?: the)?[ \t\n]+")
_LAST_WORD = re.compile(r"[^\W\d_]+\Z")
_SENTENCE_ENDS = frozenset('.!?:"“”‘[(*—')
_LONGEST_JOINT = 12  # characters between two words of a name
_MOST_WORDS = 8  # of a name
_LOOK_BACK = 12  # characters that are enough to find the sign before a word


@dataclass(slots=True)
class CapitalRun:
    """Capitalised words that follow each other, joined by blanks or by "of", "de" and the like."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    is_initial: bool  #: Whether the first word begins a sentence, so that its capital proves nothing.

    @property
    def start(self) -> int:
        """Where the first word begins."""
        return self.starts[0]

    @property
    def end(self) -> int:
        """Where the last word ends."""
        return self.ends[-1]

    @property
    def is_letter(self) -> bool:
        """Whether it is a single letter, which names nobody."""
        return len(self.words) == 1 and len(self.words[0]) == 1

    def drop_first(self) -> None:
        """Take the first word off; what follows it does not begin a sentence."""
        del self.words[0], self.starts[0], self.ends[0]
        self.is_initial = False

    def cut(self, index: int) -> None:
        """Keep the words before ``index``."""
        del self.words[index:], self.starts[index:], self.ends[index:]


def lower_case_counts(text: str) -> Counter[str]:
    """How often each word is written without a capital."""
    return Counter(match.group() for match in _LOWER.finditer(text))


def find_runs(text: str) -> Iterator[CapitalRun]:
    """Every run of capitalised words, in text order, single letters left out."""
    run: CapitalRun | None = None
    for match in _CAPITAL.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        if word == "I":
            continue
        if run is not None and _joins(text, run, start):
            run.words.append(word)
            run.starts.append(start)
            run.ends.append(end)
            continue
        if run is not None and not run.is_letter:
            yield run
        run = CapitalRun([word], [start], [end], _begins_sentence(text, start))
    if run is not None and not run.is_letter:
        yield run


def _joins(text: str, run: CapitalRun, start: int) -> bool:
    gap = text[run.end : start]
    if len(gap) > _LONGEST_JOINT or len(run.words) >= _MOST_WORDS:
        return False
    if gap.startswith("."):
        if run.words[-1] not in ABBREVIATIONS and len(run.words[-1]) > 1:
            return False
        gap = gap[1:]
    if _OF.fullmatch(gap):
        return len(run.words) == 1 and run.words[0] not in GIVEN_NAMES
    return (_BLANK.fullmatch(gap) or _PARTICLE.fullmatch(gap)) is not None


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - _LOOK_BACK) : start]
    stripped = before.rstrip(" \t\n\r_'’")
    blank = before[len(stripped) :].replace(" ", "")
    if not stripped or "\n\n" in blank or stripped.endswith("--"):
        return True
    if stripped[-1] == ".":
        word = _LAST_WORD.search(stripped[:-1])
        return not (word and word.group() in ABBREVIATIONS)
    return stripped[-1] in _SENTENCE_ENDS
