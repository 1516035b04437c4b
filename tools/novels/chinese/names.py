"""Deciding which strings of a book are names of people."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.novels.chinese.candidates import Candidate, find_candidates
from tools.novels.chinese.dictionary import Dictionary
from tools.novels.chinese.name_lexicon import (
    KIN_SUFFIXES,
    NEVER_IN_NAMES,
    TITLES,
    TRANSLITERATION,
    WEAK_SURNAMES,
)
from tools.novels.chinese.shapes import Shape, is_full_name, split_surname, split_title
from tools.novels.chinese.word_index import WordIndex
from tools.novels.types import NameFacts

# How much a string of each shape must be used like a person before it counts as a name.
_NEEDED = {
    Shape.FULL: 2.0,
    Shape.TITLED: 1.0,
    Shape.FAMILIAR: 2.0,
    Shape.KIN: 2.0,
    Shape.FOREIGN: 3.0,
    Shape.PET: 4.0,
    Shape.LISTED: 3.0,
    Shape.OTHER: 6.0,
}
_ORDINARY_WORD = 6.0  # more for a string that is an everyday word or a place
_WEAK_SURNAME = 2.0  # more for 「向前走」 and the like
_OFTEN = 300  # occurrences in the corpus of the dictionary
_LEAST_SHARE = 0.04  # of all places of a name a person must show in so many
_FOREIGN_RUN = f"[{''.join(sorted(TRANSLITERATION))}]{{1,7}}"
_DOTTED = re.compile(rf"{_FOREIGN_RUN}(?:[·•・‧]{_FOREIGN_RUN}){{1,3}}")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names of one book."""

    certain: frozenset[str]  #: A name wherever it stands.
    doubtful: frozenset[str]  #: Also an everyday word: a name only where a person stands.


def find_known_names(text: str, dictionary: Dictionary, facts: NameFacts) -> KnownNames:
    """The strings that name people in this book, by their form and their use."""
    candidates = find_candidates(text, dictionary)
    chosen = _drop_longer_accidents(
        {word: c for word, c in candidates.items() if _is_name(c, dictionary)}, candidates
    )
    chosen |= _familiar_forms(chosen, candidates)
    foreign = set(_foreign_names(text, dictionary))
    chosen |= foreign | _occurring(text, foreign, (title for title in TITLES if len(title) > 1))
    given = {split_surname(word)[1] for word in chosen if is_full_name(word)}
    given = {word for word in given if len(word) == 2 and NEVER_IN_NAMES.isdisjoint(word)}
    doubtful = {word for word in given - chosen if _is_ordinary(word, dictionary)}
    certain = chosen | (given - doubtful)
    bare = {word for word in certain | given if len(word) == 2 and not split_title(word)[1]}
    certain |= _occurring(text, bare, KIN_SUFFIXES)
    certain = (certain | facts.persons) - facts.not_persons
    return KnownNames(frozenset(certain), frozenset(doubtful - certain - facts.not_persons))


def _is_name(candidate: Candidate, dictionary: Dictionary) -> bool:
    context, word = candidate.context, candidate.word
    if len(word) == 2 and candidate.count > 2 and candidate.goes_on > 0.7:
        return False  # The beginning of longer names.
    score, needed = float(context.personal), _NEEDED[candidate.shape]
    if candidate.shape is Shape.TITLED:
        score += context.called + context.starts
    if candidate.shape is Shape.FULL:
        score += context.starts / 2 + context.called / 2
        if len(word) > 2 and not _is_made_of_words(word, dictionary):
            score += (candidate.count - 1) / 2
        needed += _WEAK_SURNAME if word[0] in WEAK_SURNAMES else 0.0
    elif candidate.shape is Shape.OTHER and not (context.says and candidate.count > 2):
        return False
    if _is_ordinary(word, dictionary) and not _is_old_and_surname(candidate):
        needed += _ORDINARY_WORD
    score -= candidate.places
    return score >= max(needed, _LEAST_SHARE * candidate.count)


def _is_old_and_surname(candidate: Candidate) -> bool:
    """「老周」 is a name although the dictionary has it as a word of time; 「老路」 is a word."""
    return (
        candidate.shape is Shape.FAMILIAR
        and candidate.word[0] == "老"
        and candidate.word[1] not in WEAK_SURNAMES
    )


def _is_made_of_words(word: str, dictionary: Dictionary) -> bool:
    """Whether the string, or its beginning, or all but its surname is a word that is often used."""
    often = dictionary.words.get(word[1:], 0) >= _OFTEN
    return often or _is_ordinary(word[:2], dictionary) or _is_ordinary(word, dictionary)


def _is_ordinary(word: str, dictionary: Dictionary) -> bool:
    return word in dictionary.words or word in dictionary.places


def _drop_longer_accidents(chosen: Mapping[str, Candidate], candidates: Mapping[str, Candidate]) -> set[str]:
    """Leave out 「金波大」 when 「金波」 is a name that many other characters follow as well."""

    def is_accident(word: str) -> bool:
        if chosen[word].shape is Shape.TITLED:
            return False
        shorter = (word[:length] for length in range(2, len(word)))
        return any(s in chosen and chosen[s].count > 1.5 * chosen[word].count for s in shorter)

    return {word for word in chosen if not is_accident(word)}


def _familiar_forms(chosen: Iterable[str], candidates: Mapping[str, Candidate]) -> set[str]:
    """「老孙」 needs less to count as a name where the book has somebody of that surname."""
    surnames = {split_surname(word)[0] for word in chosen}
    return {
        word
        for word, candidate in candidates.items()
        if candidate.shape is Shape.FAMILIAR and word[1] in surnames
    }


def _foreign_names(text: str, dictionary: Dictionary) -> Iterable[str]:
    """「安娜·卡列尼娜」, and its parts where they are no everyday words."""
    for match in _DOTTED.finditer(text):
        name = match.group()
        if _is_ordinary(text[match.start() - 1 : match.start() + 1], dictionary):
            name = name[1:]  # 「主席约亨·…」: the first character ends the word before.
        yield name
        for part in re.split("[·•・‧]", name):
            if len(part) > 1 and not _is_ordinary(part, dictionary):
                yield part


def _occurring(text: str, names: Iterable[str], endings: Iterable[str]) -> set[str]:
    """「润叶姐」, 「索林先生」: the name is known, and the text adds what one calls its owner."""
    endings = list(endings)
    possible = {name + ending for name in names for ending in endings}
    return {word for _, word in WordIndex(possible).find_all(text)}
