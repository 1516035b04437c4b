"""Finding the places that name a person."""

from collections.abc import Iterable, Iterator, Sequence

from tools.novels.chinese.contexts import is_personal
from tools.novels.chinese.dictionary import Dictionary, load_dictionary
from tools.novels.chinese.names import find_known_names
from tools.novels.chinese.word_index import WordIndex
from tools.novels.types import Mention, NameFacts, Span


def find_names(text: str, spans: Sequence[Span], facts: NameFacts | None = None) -> list[Mention]:
    """Every place that names a person, in text order, never overlapping.

    The names are found in the whole text first, whatever the spans: people are named in speech as well.
    """
    dictionary = load_dictionary()
    names = find_known_names(text, dictionary, facts or NameFacts())
    return list(_mentions(text, names.certain, names.doubtful, dictionary))


def match_names(text: str, names: Iterable[str]) -> list[Mention]:
    """Every place of names that are known beforehand.

    A name of one character counts only where punctuation stands on both sides: 「秀」 is in 「优秀」, too.
    """
    return list(_mentions(text, frozenset(names), frozenset(), load_dictionary()))


def _mentions(
    text: str, certain: frozenset[str], doubtful: frozenset[str], dictionary: Dictionary
) -> Iterator[Mention]:
    done = 0
    for start, word in WordIndex(certain | doubtful).find_all(text):
        end = start + len(word)
        if start < done or _straddles_words(text, start, end, dictionary):
            continue
        if word in doubtful and not is_personal(text, start, end):
            continue
        if len(word) == 1 and (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            continue
        yield Mention(start=start, end=end, surface=word)
        done = end


def _straddles_words(text: str, start: int, end: int, dictionary: Dictionary) -> bool:
    """Whether a name of two characters only arises between two words: 「减少安全」 names no 少安."""
    return (
        end - start == 2
        and text[start - 1 : start + 1] in dictionary.words
        and text[end - 1 : end + 1] in dictionary.words
    )
