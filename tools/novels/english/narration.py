"""The words of narration with the references to people among them."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from tools.novels.english.lexicon import DESCRIPTIONS, KIN, PREPOSITIONS, ROLES, words
from tools.novels.types import Gender, Mention

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|--|[.,;:!?—()\"“”]|\n\s*\n")
_POSSESSIVE = re.compile(r"['’]s?(?![^\W_])| s\b")
_NOUN_GENDERS: dict[str, Gender] = {**ROLES, **DESCRIPTIONS, **KIN}
_NOMINATIVES: dict[str, Gender] = {
    "he": "male",
    "she": "female",
    "i": "unknown",
    "they": "unknown",
    "we": "unknown",
}
_OWNERS = words("his her my their our")
_DETERMINERS = words("the a an this that one another") | _OWNERS
_NO_ADJECTIVES = words("of to in and on at with for from was were had said who that which as by into")
_ADJECTIVES = 4  # most words between a determiner and its noun
_SUBJECT_WORDS = 12  # words of a sentence within which its subject begins
_SENTENCE_ENDS = frozenset(".!?;")


class ReferenceKind(Enum):
    """How narration refers to a person."""

    NAME = auto()  #: "Emma"
    PRONOUN = auto()  #: "she"
    NOUN = auto()  #: "the old man", "her sister"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a name or a sign."""

    start: int
    end: int
    word: str  #: In small letters; "" for a name.
    mention: int = -1  #: Index of the mention, for a name.
    is_possessive: bool = False  #: Whether "'s" follows the name.

    @property
    def ends_sentence(self) -> bool:
        """Whether it is a full stop, a semicolon or the end of a paragraph."""
        return self.word in _SENTENCE_ENDS or self.word.isspace()


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in the narration that points at a person."""

    kind: ReferenceKind
    start: int
    end: int
    gender: Gender = "unknown"
    word: str = ""  #: The pronoun, or the head noun, in small letters.
    mention: int = -1  #: Index of the mention, for a name; of the owner's mention in "Emma's sister".
    owner: str = ""  #: The owner's pronoun in "her sister".

    @property
    def is_first_person(self) -> bool:
        """Whether the narrator speaks of himself or herself."""
        return self.word == "i"


class Narration:
    """Reads tokens from the text between quotations."""

    def __init__(self, text: str, mentions: Sequence[Mention]) -> None:
        self._text = text
        self._mentions = mentions
        self._starts = [mention.start for mention in mentions]

    def tokens(self, start: int, end: int) -> list[Token]:
        """The tokens in ``text[start:end]``; a name is one token."""
        tokens: list[Token] = []
        at = bisect_left(self._starts, start)
        for match in _TOKEN.finditer(self._text, start, end):
            while at < len(self._starts) and self._mentions[at].end <= match.start():
                at += 1
            if at == len(self._starts) or self._starts[at] > match.start():
                tokens.append(Token(match.start(), match.end(), match.group().lower().replace("’", "'")))
            elif not tokens or tokens[-1].mention != at:
                tokens.append(self._name(at))
        return tokens

    def names(self, start: int, end: int) -> range:
        """The indices of the mentions that begin in ``text[start:end]``."""
        return range(bisect_left(self._starts, start), bisect_left(self._starts, end))

    def mention(self, index: int) -> Mention:
        """A mention by its index."""
        return self._mentions[index]

    def _name(self, index: int) -> Token:
        mention = self._mentions[index]
        is_possessive = _POSSESSIVE.match(self._text, mention.end) is not None
        return Token(mention.start, mention.end, "", index, is_possessive)


def reference_at(tokens: Sequence[Token], index: int) -> tuple[Reference, int] | None:
    """The reference that begins at a token, and the index after it."""
    token = tokens[index]
    if token.mention >= 0 and not token.is_possessive:
        return Reference(ReferenceKind.NAME, token.start, token.end, mention=token.mention), index + 1
    if token.mention >= 0:
        has_loose_s = index + 1 < len(tokens) and tokens[index + 1].word == "s"
        return _noun_phrase(tokens, index, index + 1 + has_loose_s)
    if token.word in _NOMINATIVES:
        gender = _NOMINATIVES[token.word]
        return Reference(ReferenceKind.PRONOUN, token.start, token.end, gender, token.word), index + 1
    return _noun_phrase(tokens, index, index + 1) if token.word in _DETERMINERS else None


def _noun_phrase(tokens: Sequence[Token], first: int, after: int) -> tuple[Reference, int] | None:
    """A phrase that begins with a determiner or an owner's name, if a known noun follows in it."""
    found = _head_noun(tokens, after)
    if found is None:
        return None
    noun, opening = tokens[found], tokens[first]
    reference = Reference(
        ReferenceKind.NOUN,
        opening.start,
        noun.end,
        _NOUN_GENDERS[noun.word],
        noun.word,
        opening.mention,
        opening.word if opening.word in _OWNERS else "",
    )
    return reference, found + 1


def _head_noun(tokens: Sequence[Token], index: int) -> int | None:
    """Where the noun of a phrase stands: the last of the first known nouns in a row."""
    for at in range(index, min(index + _ADJECTIVES + 1, len(tokens))):
        word = tokens[at].word
        if word in _NOUN_GENDERS:
            while at + 1 < len(tokens) and tokens[at + 1].word in _NOUN_GENDERS:
                at += 1
            return at
        if not word.replace("-", "").isalpha() or word in _NO_ADJECTIVES:
            return None
    return None


def subjects(tokens: Sequence[Token]) -> list[Reference]:
    """The first reference of each sentence that no preposition governs, if it comes early."""
    found: list[Reference] = []
    index, seen, is_open = 0, 0, True
    while index < len(tokens):
        reference = reference_at(tokens, index) if is_open else None
        if tokens[index].ends_sentence:
            is_open, seen = True, 0
        elif reference is None:
            seen += 1
            is_open = is_open and seen <= _SUBJECT_WORDS
        elif index == 0 or tokens[index - 1].word not in PREPOSITIONS:
            found.append(reference[0])
            is_open = False
        index = reference[1] if reference else index + 1
    return found
