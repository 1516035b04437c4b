"""What the ids of an edit mean, in words that a changed text still has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from graphs.characters.editing import Draft
from graphs.characters.edits import Add, Assign, Change, Line, Merge, Part, Split
from graphs.characters.questions import fold
from graphs.characters.wishes import Again, Say, Voice
from tools.audiobook.lines import NARRATOR
from tools.errors import InvalidInput

_SHOWN = 80  # characters of a quotation that tell it from others


def people_in(change: Change) -> list[str]:
    """The ids of characters that a change has."""
    if isinstance(change, Add | Say | Again) or (isinstance(change, Voice) and change.id == NARRATOR):
        return []
    if isinstance(change, Assign):
        return [id for id in (change.speaker_id, change.addressee_id) if id is not None]
    if isinstance(change, Part):
        return change.ids
    return [change.id, *change.ids] if isinstance(change, Merge) else [change.id]


def lines_in(change: Change) -> list[str]:
    """The ids of quotations, or of lines of the script, that a change has."""
    if isinstance(change, Say | Again):
        return change.lines
    return change.quotes if isinstance(change, Assign | Split) else []


class Anchors:
    """Writes and reads them for one result."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def of_people(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """Each character's names, the canonical one first; unknown ids are left out."""
        known = {id: self._draft.characters[id] for id in ids if id in self._draft.characters}
        return {
            id: list(dict.fromkeys([person["canonical_name"], *person["name_counts"]]))
            for id, person in known.items()
        }

    def of_lines(self, change: Change) -> dict[str, Line]:
        """The words and neighbours of each quotation, or line, of a change; unknown ids are left out."""
        return self._passages(change).traces(lines_in(change))

    def find_person(self, id: str, names: Sequence[str]) -> str:
        """Who has these names now: the same id if it bears the first of them, else who is most called so.

        Raises:
            InvalidInput: Nobody is called by any of them.
        """
        people = self._draft.characters
        if id in people and people[id]["canonical_name"] == names[0]:
            return id
        scores = {
            other: sum(1 + person["name_counts"][name] for name in names if name in person["name_counts"])
            for other, person in people.items()
        }
        best = max(scores, key=lambda other: (scores[other], other == id), default=id)
        if not scores.get(best):
            raise InvalidInput(f"nobody is called {names[0]!r}")
        return best

    def find_lines(self, change: Change, lines: Mapping[str, Line]) -> dict[str, str]:
        """Today's ids of a change's quotations, or lines.

        Raises:
            InvalidInput: Nothing of the kind is said.
        """
        return {id: self._passages(change).find(id, line) for id, line in lines.items()}

    def _passages(self, change: Change) -> "_Passages":
        return self._lines if isinstance(change, Say | Again) else self._quotes

    @cached_property
    def _quotes(self) -> "_Passages":
        return _Passages({id: quote["text"] for id, quote in self._draft.quotes.items()})

    @cached_property
    def _lines(self) -> "_Passages":
        return _Passages(self._draft.lines)


class _Passages:
    """Quotations, or lines, in order: found by their words."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._ids = list(texts)
        self._texts = list(texts.values())
        self._places = {id: place for place, id in enumerate(self._ids)}

    def traces(self, ids: Iterable[str]) -> dict[str, Line]:
        return {id: self._line(self._places[id]) for id in ids if id in self._places}

    def find(self, id: str, line: Line) -> str:
        """The one with these words, of several that with most of the same neighbours."""
        if id in self._places and _trace(self._texts[self._places[id]]) == line.text:
            return id
        places = self._by_trace.get(line.text)
        if not places:
            raise InvalidInput(f"nobody says {line.text!r}")
        best = max(places, key=lambda place: _likeness(self._line(place), line))
        return self._ids[best]

    @cached_property
    def _by_trace(self) -> dict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(self._texts):
            found[_trace(text)].append(place)
        return found

    def _line(self, place: int) -> Line:
        around = [self._texts[n] if 0 <= n < len(self._texts) else "" for n in (place - 1, place, place + 1)]
        before, text, after = map(_trace, around)
        return Line(text=text, before=before, after=after)


def _trace(text: str) -> str:
    return fold(text)[:_SHOWN]


def _likeness(one: Line, other: Line) -> int:
    return (one.before == other.before) + (one.after == other.after)
