"""Who is around when somebody speaks."""

from bisect import bisect_left
from collections.abc import Sequence

from tools.novels.chinese.references import Reference
from tools.novels.chinese.turns import Turn

_BEHIND = 1500  # characters before a turn in which a named person counts as present
_AHEAD = 1000  # characters after it
_MOST = 8  # people considered for one turn


class Presence:
    """The people whom the narrator names near a turn."""

    def __init__(self, names: Sequence[Reference], turns: Sequence[Turn]) -> None:
        starts = [turn.start for turn in turns]
        self._names = [name for name in names if not _inside(name, turns, starts)]
        self._offsets = [name.start for name in self._names]

    def around(self, turn: Turn) -> dict[str, float]:
        """The most salient people and their salience, 1 for right before the turn, down to 0."""
        salience: dict[str, float] = {}
        first = bisect_left(self._offsets, turn.start - _BEHIND)
        here = bisect_left(self._offsets, turn.start)
        last = bisect_left(self._offsets, turn.end + _AHEAD)
        for name in self._names[first:here]:
            if name.person is not None:
                salience[name.person] = 1 - (turn.start - name.start) / _BEHIND
        for name in self._names[here:last]:
            if name.person is not None:
                salience.setdefault(name.person, 0.5 - (name.start - turn.end) / _AHEAD / 2)
        best = sorted(salience, key=lambda person: -salience[person])[:_MOST]
        return {person: salience[person] for person in best}


def _inside(name: Reference, turns: Sequence[Turn], starts: Sequence[int]) -> bool:
    before = bisect_left(starts, name.start + 1) - 1
    return before >= 0 and name.start < turns[before].end
