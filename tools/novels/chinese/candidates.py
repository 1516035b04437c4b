"""Counting how a book uses each string that looks like a name."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tools.novels.chinese.contexts import Context, count_contexts
from tools.novels.chinese.dictionary import Dictionary
from tools.novels.chinese.name_lexicon import NEVER_IN_NAMES, NOT_NAMES
from tools.novels.chinese.shapes import Shape, shape_of
from tools.novels.chinese.word_index import WordIndex

_GOING = frozenset("在到去往回来出离从")
_PLACE_AFTER = re.compile(
    "[村县市省镇乡路街城河山桥矿沟岭庄寨湾江湖海岛国州府区]|公社|地区|大学|中学|公司|医院|车站|一带|[里上](?!的?[说话])"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A string that may be a name, and how the book uses it."""

    word: str
    shape: Shape
    context: Context
    count: int
    places: int  #: How often it stands where a place stands.
    goes_on: float  #: The share of its places where one of its three commonest following letters stands.


def find_candidates(text: str, dictionary: Dictionary) -> dict[str, Candidate]:
    """All strings that look like names and stand at least once where a person may stand."""
    contexts = count_contexts(text)
    shapes = {
        word: shape
        for word, context in contexts.items()
        if word not in NOT_NAMES
        and (shape := shape_of(word, dictionary)) is not None
        and (context.personal or context.called or shape in (Shape.FULL, Shape.TITLED))
    }
    followers, places = _count_neighbours(text, shapes)
    return {
        word: Candidate(
            word, shape, contexts[word], followers[word].total(), places[word], _goes_on(followers[word])
        )
        for word, shape in shapes.items()
    }


def _count_neighbours(text: str, words: Iterable[str]) -> tuple[dict[str, Counter[str]], Counter[str]]:
    followers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    places: Counter[str] = Counter()
    for start, word in WordIndex(words).find_all(text):
        end = start + len(word)
        after = text[end : end + 1]
        # What cannot go on a name counts as its end, whatever it is.
        followers[word]["" if not after.isalnum() or after in NEVER_IN_NAMES else after] += 1
        place = _PLACE_AFTER.match(text, end) is not None
        places[word] += place or (text[start - 1 : start] in _GOING and not after.isalnum())
    return followers, places


def _goes_on(followers: Counter[str]) -> float:
    letters = Counter({letter: count for letter, count in followers.items() if letter})
    return sum(count for _, count in letters.most_common(3)) / followers.total()
