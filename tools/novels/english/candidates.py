"""Places that may name a person: capitalised runs cut down to names, and nouns of office."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.novels.english.capitals import CapitalRun, find_runs, lower_case_counts
from tools.novels.english.lexicon import GIVEN_NAMES, NOT_NAMES, ROLES
from tools.novels.english.titles import RANKS, TITLE_GENDERS, standard_title

KIN_WORDS = ("aunt", "uncle", "cousin", "brother", "sister")  #: Titles that are also written small.
_ARTICLE = re.compile(r"\b[Tt]he\s+(?:(?:old|young|little|poor|good|great|dear)\s+)?\Z")
_KIN = re.compile(rf"\b(?:{'|'.join(KIN_WORDS)})\s+\Z")
_ROLE = re.compile(r"\b[Tt]he\s+((?:[a-z]+(?:-[a-z]+)*\s+){0,2}?)([a-z]+(?:-[a-z]+)*)\b")
_SEPARATOR = re.compile(r"[\s.]+")
_COMMON = 20  # small-letter uses that make a word a common one
_ARTICLE_WINDOW = 16  # characters that hold an article and an adjective


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may name a person."""

    start: int
    end: int
    key: str  #: The name with standard title, without article: one key for all ways to print it.
    article_start: int  #: Where "the" before it begins, else equal to ``start``.
    is_initial: bool  #: Whether it begins a sentence.

    @property
    def has_article(self) -> bool:
        """Whether "the" stands before the name."""
        return self.article_start < self.start


class Keys(dict[str, str]):
    """The keys of names as printed, each made once: a novel names its people thousands of times."""

    def __missing__(self, surface: str) -> str:
        key = self[surface] = name_key(surface)
        return key


def find_candidates(text: str) -> tuple[list[Candidate], Counter[str]]:
    """Capitalised names in text order, and how often each word is written without a capital."""
    lower = lower_case_counts(text)
    middle = _middle_counts(find_runs(text))
    candidates: list[Candidate] = []
    keys = Keys()
    for run in find_runs(text):
        has_article = len(run.words) > 1 and _article_start(text, run.start) < run.start
        _trim(run, has_article, middle, lower)
        if run.words and not _is_bare_title(text, run):
            candidates.append(_candidate(text, run, keys))
    return candidates, lower


def find_roles(text: str) -> Iterator[Candidate]:
    """Every "the butler", "the old coachman": an article and a noun of office in small letters."""
    for match in _ROLE.finditer(text):
        noun = match.group(2)
        if noun in ROLES:
            yield Candidate(match.start(2), match.end(2), noun, match.start(), is_initial=False)


def name_key(surface: str) -> str:
    """The key of a name as printed: "Dr Grant" for "DR.  GRANT", "Hatter" for "the Hatter"."""
    words = [_standard(word) for word in _SEPARATOR.split(surface.strip()) if word]
    if len(words) > 1 and words[0] in KIN_WORDS:
        words[0] = standard_title(words[0].capitalize())
    while len(words) > 1 and words[0] in ("The", "A", "An", "the", "a", "an"):
        del words[0]
    return " ".join(words)


def _standard(word: str) -> str:
    if word.isupper() and len(word) > 1:
        word = word.title()
    return standard_title(word)


def _middle_counts(runs: Iterable[CapitalRun]) -> Counter[str]:
    """How often each word has a capital that no sentence start explains."""
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update(run.words[1:] if run.is_initial else run.words)
    return counts


def _trim(run: CapitalRun, has_article: bool, middle: Counter[str], lower: Counter[str]) -> None:
    """Drop the words before the name that have a capital only by their place, or that name nobody."""
    while run.words and not has_article and not _may_begin_name(run, middle, lower):
        run.drop_first()
    for index in range(1, len(run.words)):
        if _ends_name(run, index, lower):
            run.cut(index)
            return


def _ends_name(run: CapitalRun, index: int, lower: Counter[str]) -> bool:
    """Whether the word cannot be part of the name before it."""
    word, previous = run.words[index], run.words[index - 1]
    if word in GIVEN_NAMES or previous in TITLE_GENDERS:
        return False
    after_stop = run.starts[index] - run.ends[index - 1] > 1 and len(previous) == 1
    return word in NOT_NAMES or (after_stop and lower[word.lower()] > _COMMON)


def _may_begin_name(run: CapitalRun, middle: Counter[str], lower: Counter[str]) -> bool:
    word = run.words[0]
    if word in TITLE_GENDERS:
        return True
    if word in NOT_NAMES and word not in GIVEN_NAMES:
        return False
    if not run.is_initial:
        return True
    if word in GIVEN_NAMES and lower[word.lower()] <= middle[word]:
        return True
    return middle[word] > 0 and 3 * middle[word] >= lower[word.lower()]


def _is_bare_title(text: str, run: CapitalRun) -> bool:
    """A title alone names somebody only as "the Colonel"."""
    if len(run.words) > 1 or run.words[0] not in TITLE_GENDERS:
        return False
    return run.words[0] not in RANKS or _article_start(text, run.start) == run.start


def _candidate(text: str, run: CapitalRun, keys: Keys) -> Candidate:
    kin = _KIN.search(text, max(0, run.start - _ARTICLE_WINDOW), run.start)
    start = kin.start() if kin and run.words[0] not in TITLE_GENDERS else run.start
    return Candidate(start, run.end, keys[text[start : run.end]], _article_start(text, start), run.is_initial)


def _article_start(text: str, start: int) -> int:
    match = _ARTICLE.search(text, max(0, start - _ARTICLE_WINDOW), start)
    return match.start() if match else start
