"""What is put before the model when it is asked about names, and the count of its answers."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graphs.characters.edits import Entry
from graphs.characters.history import facts_of
from graphs.characters.packed import unpack_items
from graphs.characters.questions import fold
from graphs.characters.roster import UNCLEAR, Ballot
from graphs.characters.state import State
from graphs.characters.windows import NAME_WINDOWS, Window, cut


def name_windows(
    text: str,
    mentions: Sequence[int],
    surfaces: Sequence[str],
    language: str,
    chapters: Iterable[int] = (),
) -> Iterator[tuple[Window, dict[str, Any]]]:
    """Every window, and the data of its question.

    Args:
        text: The novel.
        mentions: Start and end of every name that the rules found, flat.
        surfaces: All names of the book; the id of the n-th is "n<n>".
        language: "en" or "zh".
        chapters: Where its chapters begin.
    """
    ids = {surface: f"n{n}" for n, surface in enumerate(surfaces)}
    starts, ends = mentions[::2], mentions[1::2]
    for window in cut(text, NAME_WINDOWS[language], chapters):
        places = range(bisect_left(starts, window.start), bisect_left(starts, window.end))
        found = dict.fromkeys(fold(text[starts[n] : ends[n]]) for n in places)
        names = [{"id": ids[name], "name": name} for name in found]
        yield window, {"text": text[window.start : window.end], "names": names}


def ballot_of(state: State) -> Ballot:
    """The votes of all windows that were answered so far, under what editors decided."""
    ballot = Ballot()
    for answer in state["name_answers"]:
        ballot.count_window(unpack_items(answer["values"]))
    for answer in state["pair_answers"]:
        for one, other, verdict in unpack_items(answer["values"]):
            if verdict == UNCLEAR:
                ballot.shelve(one, other)
            else:
                ballot.decide(one, other, is_same=verdict == "same")
    edited = facts_of(entries_of(state))
    if edited is not None:
        for is_same, pairs in ((True, edited.same), (False, edited.different)):
            for one, other in pairs:
                ballot.decide(one, other, is_same=is_same)
    return ballot


def entries_of(state: State) -> list[Entry]:
    """The edits that the thread has."""
    return [Entry.model_validate(entry) for entry in state.get("history", [])]
