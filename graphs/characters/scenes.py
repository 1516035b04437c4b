"""What is put before the model when it is asked who speaks: a window, its quotations, its candidates."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from graphs.characters.windows import SPEAKER_WINDOWS, Window, cut, with_markers
from tools.novels.types import Cast, Character, Span

_REACH = 6_000  # characters around a window in which a person named there is a candidate
_LEADS = 20  # the most mentioned people are candidates everywhere
_MOST_LOCAL = 40  # people named around a window; more only make the choice harder
_NAMES_SHOWN = 5


def speaker_windows(
    text: str,
    spans: Sequence[Span],
    cast: Cast,
    language: str,
    quote_id: Callable[[Span], str],
    chapters: Iterable[int] = (),
) -> Iterator[tuple[Window, dict[str, Any]]]:
    """Every window that holds a quotation, and the data of its question.

    A quotation that goes on with the one before has the same speaker and is not asked about.
    """
    heads = [place for place, span in enumerate(spans) if span.is_quotation and not span.continues]
    starts = [spans[place].start for place in heads]
    ends = [spans[place].end for place in heads]
    casting = Casting(cast)
    for window in cut(text, SPEAKER_WINDOWS[language], chapters):
        inside = heads[bisect_left(starts, window.start) : bisect_right(ends, window.end)]
        asked = [spans[place] for place in inside]
        if asked:
            yield (
                window,
                {
                    "text": with_markers(text, window, [(span.start, quote_id(span)) for span in asked]),
                    "quotes": [quote_id(span) for span in asked],
                    "candidates": casting.described(casting.around(window)),
                },
            )


class Casting:
    """Chooses who can be the speaker of a quotation in a window."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        by_fame = sorted(cast.characters, key=lambda c: len(c.mentions), reverse=True)
        self._leads = by_fame[:_LEADS]
        places = sorted((m.start, c.id) for c in cast.characters for m in c.mentions)
        self._offsets = [offset for offset, _ in places]
        self._ids = [character_id for _, character_id in places]
        self._described: dict[str, dict[str, Any]] = {}

    def around(self, window: Window) -> list[Character]:
        """The candidates of this window, in the order of the cast."""
        first = bisect_left(self._offsets, window.start - _REACH)
        last = bisect_left(self._offsets, window.end + _REACH)
        local = Counter(self._ids[first:last]).most_common(_MOST_LOCAL)
        chosen = {character_id for character_id, _ in local} | {c.id for c in self._leads}
        return [c for c in self._cast.characters if c.id in chosen or c.is_narrator]

    def described(self, people: Iterable[Character]) -> list[dict[str, Any]]:
        """Candidates as the model sees them; all windows share what is said about a person."""
        return [self._described.get(person.id) or self._describe(person) for person in people]

    def _describe(self, person: Character) -> dict[str, Any]:
        self._described[person.id] = describe(person)
        return self._described[person.id]


def describe(character: Character) -> dict[str, Any]:
    """A candidate as the model sees it: the canonical name first, then the names used most."""
    uses = Counter(mention.surface for mention in character.mentions)
    others = sorted(set(character.aliases) - {character.canonical_name}, key=lambda a: (-uses[a], a))
    shown: dict[str, Any] = {
        "id": character.id,
        "names": [character.canonical_name, *others[: _NAMES_SHOWN - 1]],
        "gender": character.gender,
    }
    return shown | ({"narrator": True} if character.is_narrator else {})
