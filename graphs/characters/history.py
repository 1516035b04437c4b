"""The edits of a novel, in order: what holds, what was taken back, and how each finds its place again.

A run over a changed text numbers characters and quotations anew; an entry's ``people`` and ``lines`` say
what its ids meant when it was made.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from graphs.characters.anchors import Anchors, people_in
from graphs.characters.editing import Draft, Result
from graphs.characters.edits import Assign, Change, Describe, Edit, Entry, Merge, Part, Redo, Split, Undo
from graphs.notes import Note
from tools.errors import InvalidInput
from tools.novels.types import Gender, NameFacts

Begin = Callable[[Result, str], Draft]
"""Opens a result, and the text that it is of, for edits."""


def amend(
    base: Result, history: Sequence[Entry], edits: Iterable[Edit], source: str, begin: Begin = Draft
) -> list[Entry]:
    """The history with these edits behind it.

    Args:
        base: The result as it is without any edit.
        history: The edits so far.
        edits: What is to be changed now; ids are those of the result with all edits that hold. Entries are
            taken over as they are: what they find nothing for, a replay says.
        source: The text that the result is of.
        begin: Makes the draft that knows these edits.

    Raises:
        InvalidInput: The first edit that cannot be made, and why.
    """
    amended = list(history)
    draft: Draft | None = None
    for edit in edits:
        if isinstance(edit, Undo | Redo | Entry):
            _take(amended, edit)
            draft = None
            continue
        draft = draft or _replayed(begin(base, source), amended)[0]
        anchors = Anchors(draft)
        entry = Entry(
            id=_next_id(amended),
            change=edit,
            undone=False,
            people=anchors.of_people(people_in(edit)),
            lines=anchors.of_lines(edit),
        )
        draft.apply(edit, entry.id)
        amended.append(entry)
    return amended


def replay(
    base: Result, history: Iterable[Entry], source: str, begin: Begin = Draft
) -> tuple[Result, list[Note]]:
    """The result with every edit that holds, and a note for each that finds nothing to change."""
    draft, notes = _replayed(begin(base, source), history)
    return draft.finish(), notes


def facts_of(history: Iterable[Entry]) -> NameFacts | None:
    """What the edits that hold say about names, for the rules to build on; None when they say nothing."""
    same: list[tuple[str, str]] = []
    different: list[tuple[str, str]] = []
    genders: dict[str, Gender] = {}
    for entry in history:
        if entry.undone:
            continue
        change, people = entry.change, entry.people
        if isinstance(change, Merge):
            same += _chain([name for id in (change.id, *change.ids) for name in people.get(id, ())])
        elif isinstance(change, Split):
            left = [name for name in people.get(change.id, ()) if name not in change.names]
            same += [*_chain(change.names), *_chain(left)]
            different += [(one, other) for one in change.names for other in left]
        elif isinstance(change, Part):
            one, other = (people.get(id, ()) for id in change.ids)
            different += [(a, b) for a in one for b in other if a != b]
        elif isinstance(change, Describe) and change.gender is not None:
            genders |= dict.fromkeys(people.get(change.id, ()), change.gender)
    if not (same or different or genders):
        return None
    return NameFacts(same=tuple(same), different=tuple(different), genders=genders)


def _chain(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(names[0], name) for name in names[1:] if name != names[0]]


def _next_id(history: Sequence[Entry]) -> str:
    return f"e{1 + max((int(entry.id[1:]) for entry in history), default=0)}"


def _take(history: list[Entry], edit: Undo | Redo | Entry) -> None:
    if isinstance(edit, Entry):
        known = {entry.id: entry for entry in history}
        if edit.id in known and known[edit.id] != edit:
            raise _refused(f"this thread has another edit {edit.id}")
        if edit.id not in known:
            history.append(edit)
        return
    undone = isinstance(edit, Undo)
    place = _named(history, edit.edit) if edit.edit else _last(history, undone=undone)
    if history[place].undone == undone:
        raise _refused(f"edit {history[place].id} {'is taken back already' if undone else 'holds already'}")
    history[place] = history[place].model_copy(update={"undone": undone})


def _named(history: Sequence[Entry], id: str) -> int:
    for place, entry in enumerate(history):
        if entry.id == id:
            return place
    raise _refused(f"there is no edit {id!r}")


def _last(history: Sequence[Entry], *, undone: bool) -> int:
    """The last edit that holds; or the first of those behind it, which are taken back."""
    holding = max((place for place, entry in enumerate(history) if not entry.undone), default=-1)
    place = holding if undone else holding + 1
    if not 0 <= place < len(history):
        raise _refused("there is no edit to take back" if undone else "no edit was taken back last")
    return place


def _replayed(draft: Draft, history: Iterable[Entry]) -> tuple[Draft, list[Note]]:
    anchors = Anchors(draft)
    notes: list[Note] = []
    for entry in history:
        if not entry.undone:
            try:
                _repeat(draft, anchors, entry)
            except InvalidInput as error:
                message = f"edit {entry.id} ({entry.change.op}) changes nothing: {error.message}"
                notes.append(Note(code="edit_not_applied", message=message))
    return draft, notes


def _repeat(draft: Draft, anchors: Anchors, entry: Entry) -> None:
    people = {id: anchors.find_person(id, names) for id, names in entry.people.items()}
    lines = anchors.find_lines(entry.change, entry.lines)
    change = _moved(entry.change, people, lines)
    if isinstance(entry.change, Merge) and isinstance(change, Merge):
        ids = [id for id in dict.fromkeys(change.ids) if id != change.id]
        if not ids:  # the rules, told by facts_of, have done it
            draft.keep_together(change.id, entry.people[entry.change.id][0])
            return
        change = change.model_copy(update={"ids": ids})
    if isinstance(change, Split):
        change = _split_again(draft, entry, change)
    if change is not None:
        draft.apply(change, entry.id)


def _moved(change: Change, people: dict[str, str], lines: dict[str, str]) -> Change:
    """The change with today's ids."""
    moved: dict[str, Any] = {}
    for field in change.model_fields_set:
        value = getattr(change, field)
        if field in ("id", "speaker_id", "addressee_id"):
            moved[field] = people.get(value, value)
        elif field == "ids":
            moved[field] = [people.get(id, id) for id in value]
        elif field in ("quotes", "lines"):
            moved[field] = [lines.get(id, id) for id in value]
    return change.model_copy(update=moved)


def _split_again(draft: Draft, entry: Entry, change: Split) -> Change | None:
    """The split of what is still one person; where it is two already, the other gets the edit's id."""
    left = {name for names in entry.people.values() for name in names if name not in change.names}
    people = {id: set(person["name_counts"]) for id, person in draft.characters.items()}
    taken = [name for name in change.names if name in people[change.id]]
    if taken and not left.isdisjoint(people[change.id]):
        return change.model_copy(update={"names": taken})
    bearers = [id for id, names in people.items() if left.isdisjoint(names)]
    bearer = max(bearers, key=lambda id: len(people[id].intersection(change.names)), default="")
    if not bearer or people[bearer].isdisjoint(change.names):
        raise InvalidInput(f"nobody is called {change.names[0]!r}")
    draft.rename_id(bearer, entry.id)
    return Assign(op="assign", quotes=change.quotes, speaker_id=entry.id) if change.quotes else None


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, hint="The result's history lists the edits.", code="invalid_edit")
