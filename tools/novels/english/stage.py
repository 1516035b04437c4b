"""Who may speak a turn: the people near it, each with a salience between 0 and 1."""

from collections import defaultdict
from collections.abc import Sequence
from math import exp

from tools.novels.english.clues import Clues
from tools.novels.english.scene import People

_BEFORE = 3500  # characters before a turn in which a named person may still be there
_AFTER = 600  # characters after it
_FADE_BEFORE = 1200.0  # characters over which the salience of a name falls to 1/e
_FADE_AFTER = 300.0
_FADE_SPEAKER = 3000.0  # the same for somebody who is known to speak
_AFTER_SHARE = 0.5  # salience of a name that comes right after, against one right before
_SPOKEN_OF_SHARE = 0.1  # of a name within a quotation: who is spoken of is mostly absent
_NARRATOR = 0.5  # salience of a narrator, whom the narration hardly names
_CALLED = 0.6  # salience of somebody who is called in a turn nearby
_TURNS_BEFORE, _TURNS_AFTER = 12, 8  # turns in which a known speaker makes the person salient
_CALLS_NEAR = 3  # turns on either side in which a call does
_MOST = 9  # people who are considered for one turn


def salience(clues: Sequence[Clues], at: int, people: People) -> dict[int, float]:
    """The people who may speak the turn ``at``, the most salient first."""
    clue = clues[at]
    if clue.named is not None:
        return {clue.named: 1.0}
    found: defaultdict[int, float] = defaultdict(float)
    _add_named(found, clue, people)
    _add_speakers(found, clues, at)
    if people.narrator is not None:
        found[people.narrator] = max(found[people.narrator], _NARRATOR)
    ranked = sorted(found, key=lambda person: (-found[person] - 0.5 * (person in clue.hints), person))
    return {person: found[person] for person in ranked[:_MOST]}


def _add_named(found: defaultdict[int, float], clue: Clues, people: People) -> None:
    turn = clue.turn
    for index in people.between(turn.start - _BEFORE, turn.end + _AFTER):
        distance = turn.start - people.starts[index]
        weight = (
            exp(-distance / _FADE_BEFORE) if distance >= 0 else _AFTER_SHARE * exp(distance / _FADE_AFTER)
        )
        owner = people.owners[index]
        if people.in_quote[index]:
            weight *= 0.0 if owner in clue.called else _SPOKEN_OF_SHARE
        found[owner] = max(found[owner], weight)


def _add_speakers(found: defaultdict[int, float], clues: Sequence[Clues], at: int) -> None:
    start = clues[at].turn.start
    for index in range(max(0, at - _TURNS_BEFORE), min(len(clues), at + _TURNS_AFTER + 1)):
        other = clues[index]
        if other.named is not None:
            weight = exp(-abs(start - other.turn.start) / _FADE_SPEAKER)
            found[other.named] = max(found[other.named], weight)
        if index != at and abs(index - at) <= _CALLS_NEAR:
            for person in other.called:
                found[person] = max(found[person], _CALLED)
