"""What is wrong with a translation: by rules alone, without knowing whether it is good."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.translation.glossary import Glossary
from tools.translation.protection import Protected, number_problems
from tools.translation.scripts import main_language, script_of

Kind = Literal[
    "empty", "marks", "markup", "script", "same", "numbers", "terms", "length", "shifted", "merged"
]

_EAST_ASIAN = frozenset(["zh", "ja", "ko"])
_UNUSABLE: frozenset[Kind] = frozenset(["empty", "marks", "markup", "script", "shifted", "merged"])
_A_SENTENCE = 4  # words; fewer may be a name, which is the same everywhere
_MOST_RATIO = 4.0  # how much longer or shorter than usual a translation may be before it is looked at
_LONG = 40  # characters; a short text's length says nothing
_CHARACTERS_PER_SIGN = 3.2  # of an alphabetic script for one of Chinese, Japanese or Korean


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is wrong, or may be."""

    kind: Kind
    message: str  #: For the model to mend it, and for a person to look at it.

    @property
    def is_fatal(self) -> bool:
        """Whether the translation cannot be used at all; else it can, with a flag."""
        return self.kind in _UNUSABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges translations of one pair of languages."""

    source: str  #: The language code, such as ``en``; "" when nobody knows it.
    target: str
    glossary: Glossary
    check_markup: Callable[[str, str], list[str]]  #: From a segment's text and its translation to faults.

    def faults(self, protected: Protected, text: str, translation: str) -> list[Fault]:
        """What is wrong with a translation of a segment's words; nothing, where no rule objects.

        Args:
            protected: The segment, its markup taken out.
            text: The segment, markup included.
            translation: Of ``protected.words``, marks included.
        """
        if not translation.strip():
            return [Fault(kind="empty", message="it is empty")]
        marks = protected.problems(translation)
        if marks:
            return [Fault(kind="marks", message=message) for message in marks]
        markup = self.check_markup(text, protected.restore(translation))
        return [
            *(Fault(kind="markup", message=message) for message in markup),
            *self._language(protected.words, translation),
            *(Fault(kind="numbers", message=m) for m in number_problems(protected.words, translation)),
            *self._terms(protected.words, translation),
            *self._length(protected.words, translation),
        ]

    def _language(self, words: str, translation: str) -> Iterator[Fault]:
        if self.source == self.target:
            return
        if " ".join(words.split()) == " ".join(translation.split()):
            if not self._is_kept(words):
                yield Fault(kind="same", message="it is the source text, not a translation")
            return
        if not script_of(self.target).search(translation) and len(words.split()) >= _A_SENTENCE:
            yield Fault(kind="script", message=f"it is not written in the script of {self.target!r}")

    def _is_kept(self, words: str) -> bool:
        return any(term.is_kept and term.source == words.strip() for term in self.glossary.terms.values())

    def _terms(self, words: str, translation: str) -> Iterator[Fault]:
        for term in self.glossary.missing(words, translation):
            wanted = " or ".join(map(repr, term.targets))
            yield Fault(kind="terms", message=f"{term.source!r} has to be translated as {wanted}")

    def _length(self, words: str, translation: str) -> Iterator[Fault]:
        usual = len(words) * _signs(self.target) / _signs(self.source)
        ratio = len(translation) / usual if usual else 1.0
        if len(words) >= _LONG and not 1 / _MOST_RATIO <= ratio <= _MOST_RATIO:
            how = "longer" if ratio > 1 else "shorter"
            yield Fault(
                kind="length", message=f"it is much {how} than the source: is anything added or left out?"
            )


def is_usable(faults: Sequence[Fault]) -> bool:
    """Whether a translation with these faults can stand in a document."""
    return not any(fault.is_fatal for fault in faults)


def _signs(code: str) -> float:
    """Signs per unit of meaning, an East Asian one being 1."""
    return 1.0 if main_language(code) in _EAST_ASIAN else _CHARACTERS_PER_SIGN
