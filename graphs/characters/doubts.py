"""Which people of the cast may be one person although no window saw both."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from graphs.characters.questions import fold
from graphs.characters.roster import Ballot
from tools.novels.types import Cast, Character

_MOST_SHARED = 6  # a word that more people bear ("Mr.", a family's name) makes nobody alike
_MOST_PAIRS = 200
_PAIRS_PER_QUESTION = 10
_PLACES_SHOWN = 3
_PLACE_REACH = 150  # characters of the text on either side of a mention

Pair = tuple[Character, Character]


def pair_questions(text: str, cast: Cast, ballot: Ballot) -> Iterator[dict[str, Any]]:
    """The data of one question for every few doubtful pairs, the most mentioned people first."""
    pairs = sorted(
        doubtful_pairs(cast, ballot), key=lambda pair: min(len(c.mentions) for c in pair), reverse=True
    )
    pairs = pairs[:_MOST_PAIRS]
    for first in range(0, len(pairs), _PAIRS_PER_QUESTION):
        asked = pairs[first : first + _PAIRS_PER_QUESTION]
        yield {
            "pairs": [
                {"id": f"p{first + n}", "a": _describe(text, a), "b": _describe(text, b)}
                for n, (a, b) in enumerate(asked)
            ]
        }


def doubtful_pairs(cast: Cast, ballot: Ballot) -> list[Pair]:
    """People whose names share a word and about whom no window voted; and those whom only the text parts."""
    bearers: dict[str, list[Character]] = defaultdict(list)
    for character in cast.characters:
        for part in {part for alias in character.aliases for part in _parts(alias)}:
            bearers[part].append(character)
    pairs = {
        (a.id, b.id): (a, b)
        for people in bearers.values()
        if len(people) <= _MOST_SHARED
        for a, b in combinations(people, 2)
    }
    silent = {
        ids: (a, b)
        for ids, (a, b) in pairs.items()
        if _may_be_one(a, b) and ballot.is_silent(a.aliases, b.aliases)
    }
    return list((silent | _contested(cast, ballot)).values())


def _contested(cast: Cast, ballot: Ballot) -> dict[tuple[str, str], Pair]:
    owners = {alias: character for character in cast.characters for alias in character.aliases}
    pairs = [
        (owners[one], owners[other])
        for one, other in cast.contested
        if one in owners and other in owners and owners[one] is not owners[other]
    ]
    return {
        (a.id, b.id): (a, b) for a, b in pairs if not ballot.is_decided(a.canonical_name, b.canonical_name)
    }


def _may_be_one(a: Character, b: Character) -> bool:
    return "unknown" in (a.gender, b.gender) or a.gender == b.gender


def _parts(alias: str) -> Iterator[str]:
    """Words of an English name; neighbouring characters of a Chinese one."""
    if alias.isascii() or " " in alias:
        yield from (word.strip(".,'’").lower() for word in alias.split() if word[:1].isupper())
    else:
        yield from (alias[at : at + 2] for at in range(len(alias) - 1))


def _describe(text: str, character: Character) -> dict[str, Any]:
    mentions = character.mentions
    shown = sorted({0, len(mentions) // 2, len(mentions) - 1})[:_PLACES_SHOWN] if mentions else []
    return {
        "names": [character.canonical_name, *sorted(set(character.aliases) - {character.canonical_name})],
        "gender": character.gender,
        "places": [
            fold(text[max(0, mentions[n].start - _PLACE_REACH) : mentions[n].end + _PLACE_REACH])
            for n in shown
        ],
    }
