"""Terms: which words have a fixed translation, where they stand in a text, and whether it was used."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.translation.inflection import count_forms, inflects

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_LETTER = "[^\\W぀-ヿ㐀-鿿豈-﫿가-힯]"  # of a word that has ends
_INFLECTED = r"(?:['’]s|s|es)?"  # English plurals and genitives


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry."""

    source: str
    targets: tuple[
        str, ...
    ]  #: Accepted translations, the preferred one first; its own source: left as it is.
    is_case_sensitive: bool = False  #: Both in the source and in the translation.
    note: str = ""
    forms: tuple[str, ...] = ()  #: Other words of the source that stand for it: mice, of mouse.
    is_exact: bool = False  #: Whether its translation has just this form, whatever the sentence needs.

    @property
    def is_kept(self) -> bool:
        """Whether it is not translated at all."""
        return self.targets == (self.source,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two entries for one source that do not agree; the first was taken."""

    source: str
    targets: tuple[str, ...]  #: Of the first.
    others: tuple[str, ...]  #: Of the one left out.


class Glossary:
    """Terms, found in texts: the longest first, whole words where the script has words.

    Args:
        terms: Of two for one source, the first counts.
        target: The language of the translations. Where words have several forms in it, any of them counts,
            but for terms that are exact; without it only what is written in the glossary does.
    """

    def __init__(self, terms: Iterable[Term] = (), *, target: str = "") -> None:
        self.terms: dict[str, Term] = {}
        self.clashes: list[Clash] = []
        self._keys: dict[str, str] = {}  # from any form's key to its term's
        self._inflects = inflects(target)
        for term in terms:
            self._add(term)
        self._patterns = _patterns(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def _add(self, term: Term) -> None:
        key = _key(term.source, is_case_sensitive=term.is_case_sensitive)
        known = self.terms.setdefault(key, term)
        for form in (term.source, *term.forms) if known is term else ():
            self._keys.setdefault(_key(form, is_case_sensitive=term.is_case_sensitive), key)
        if set(known.targets).isdisjoint(term.targets):
            self.clashes.append(Clash(source=term.source, targets=known.targets, others=term.targets))

    def find(self, text: str) -> Counter[str]:
        """How often each term stands in a text, by its key, and not within another term."""
        matches = [
            (match.start("term"), match.end("term"), _key(match["term"], is_case_sensitive=is_case_sensitive))
            for is_case_sensitive, pattern in self._patterns
            for match in pattern.finditer(text)
        ]
        found: Counter[str] = Counter()
        taken: list[tuple[int, int]] = []
        for start, end, key in sorted(matches, key=lambda match: (match[0] - match[1], match[0])):
            if not any(start < other_end and other_start < end for other_start, other_end in taken):
                taken.append((start, end))
                found[self._keys[key]] += 1
        return found

    def entries(self, text: str) -> list[Term]:
        """The terms that stand in a text, in the order of the glossary."""
        found = self.find(text)
        return [term for key, term in self.terms.items() if key in found]

    def missing(self, source: str, translation: str) -> list[Term]:
        """The terms that a translation has, in any accepted form, fewer times than its source."""
        return [
            self.terms[key]
            for key, count in self.find(source).items()
            if self._occurrences(self.terms[key], translation) < count
        ]

    def success(self, pairs: Iterable[tuple[str, str]]) -> tuple[int, int]:
        """How many occurrences of terms in sources are translated as they should be, and how many there are.

        The term success rate of WMT25's terminology task: an occurrence counts when an accepted translation
        stands in the hypothesis, each of which counts once. White space is not looked at, nor is case, but
        for terms in which it counts.
        """
        done = total = 0
        for source, translation in pairs:
            for key, count in self.find(source).items():
                total += count
                done += min(count, self._occurrences(self.terms[key], translation))
        return done, total

    def _occurrences(self, term: Term, translation: str) -> int:
        """How often any accepted translation stands there; one within another counts as the longer."""
        plain = _plain if not term.is_case_sensitive else _tight
        targets = sorted({plain(target) for target in term.targets}, key=len, reverse=True)
        count = len(re.findall("|".join(map(re.escape, targets)), plain(translation)))
        if not self._inflects or term.is_exact or term.is_case_sensitive or term.is_kept:
            return count
        return max(count, *(count_forms(target, translation) for target in term.targets))


def _key(source: str, *, is_case_sensitive: bool) -> str:
    words = " ".join(source.split())
    return words if is_case_sensitive else words.casefold()


def _plain(text: str) -> str:
    return _tight(text.casefold())


def _tight(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _patterns(terms: Mapping[str, Term]) -> list[tuple[bool, re.Pattern[str]]]:
    """Patterns that find terms, and whether case counts in each: with word ends, and for scripts without."""
    patterns: list[tuple[bool, re.Pattern[str]]] = []
    for is_case_sensitive in (True, False):
        of_kind = [term for term in terms.values() if term.is_case_sensitive is is_case_sensitive]
        sources = [form for term in of_kind for form in (term.source, *term.forms)]
        flags = re.NOFLAG if is_case_sensitive else re.IGNORECASE
        words = _alternatives(source for source in sources if not _CJK.search(source))
        signs = _alternatives(source for source in sources if _CJK.search(source))
        if words:
            pattern = f"(?<!{_LETTER})(?P<term>{words}){_INFLECTED}(?!{_LETTER})"
            patterns.append((is_case_sensitive, re.compile(pattern, flags)))
        if signs:
            patterns.append((is_case_sensitive, re.compile(f"(?P<term>{signs})", flags)))
    return patterns


def _alternatives(sources: Iterable[str]) -> str:
    """Longest first, since an alternation takes the first that fits."""
    return "|".join(
        r"\s+".join(map(re.escape, source.split())) for source in sorted(sources, key=len, reverse=True)
    )
