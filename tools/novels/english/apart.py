"""Names that the text shows to be two people, because one speaks to the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tools.novels.english.name_index import NameIndex, sorted_pair
from tools.novels.english.narration import Narration, ReferenceKind
from tools.novels.english.turns import Turn, TurnReader
from tools.novels.english.vocatives import is_vocative
from tools.novels.types import Gender, Mention, Span


def talking_pairs(
    text: str, spans: Sequence[Span], mentions: Sequence[Mention], keys: Sequence[str], index: NameIndex
) -> Counter[tuple[str, str]]:
    """How often one name (sorted pairs) speaks to another: calls it, or takes the next turn.

    Args:
        text: The book.
        spans: Its narration and quotations.
        mentions: All names, in text order.
        keys: The key of each mention.
        index: All names of the book.
    """
    numbers = {key: number for number, key in enumerate(index.uses)}
    genders: list[Gender] = [use.name.gender for use in index.uses.values()]
    narration = Narration(text, mentions)
    turns = TurnReader(text, spans, narration, [numbers[key] for key in keys], genders).read()
    return Counter([*_callers(text, spans, narration, turns, keys), *_neighbours(turns, keys)])


def _callers(
    text: str, spans: Sequence[Span], narration: Narration, turns: Sequence[Turn], keys: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for turn in turns:
        speaker = _speaker(turn, keys)
        called = _called(text, spans, narration, turn, keys) if speaker else ()
        yield from (sorted_pair(speaker or "", other) for other in called if other != speaker)


def _neighbours(turns: Sequence[Turn], keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    for turn, following in pairwise(turns):
        one, other = _speaker(turn, keys), _speaker(following, keys)
        if one and other and one != other and following.paragraph == turn.last_paragraph + 1:
            yield sorted_pair(one, other)


def _speaker(turn: Turn, keys: Sequence[str]) -> str | None:
    named = (tag for tag in turn.tags if tag.kind is ReferenceKind.NAME)
    return next((keys[tag.mention] for tag in named), None)


def _called(
    text: str, spans: Sequence[Span], narration: Narration, turn: Turn, keys: Sequence[str]
) -> set[str]:
    called: set[str] = set()
    for quote in turn.quotes:
        span = spans[quote]
        for index in narration.names(span.start, span.end):
            mention = narration.mention(index)
            if is_vocative(text, mention.start, mention.end, span.start, span.end):
                called.add(keys[index])
    return called
