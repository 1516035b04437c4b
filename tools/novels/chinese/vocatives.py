"""Whom the words of a turn name: the person called, the speaker, or somebody else."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tools.novels.chinese.lexicon import FEMALE_KIN, MALE_KIN
from tools.novels.chinese.references import Reference
from tools.novels.chinese.turns import Turn
from tools.novels.chinese.word_lists import alternatives
from tools.novels.types import Gender

_BEFORE_CALL = '，。！？!?…—：、,“「『‘" \u3000\n'
_AFTER_CALL = '，。！？!?…—：、,”」』’" 你您\n'
_INTRODUCES = re.compile(r"(?:我就?是|我叫|我姓|我[，,]|^俺是|俺叫)$")
_KIN_CALL = re.compile(
    rf"(?:^|(?<=[{_BEFORE_CALL}]))[大二三四五六老小]?"
    rf"({alternatives(FEMALE_KIN | MALE_KIN)})(?=[{_AFTER_CALL}])"
)


@dataclass(frozen=True, slots=True)
class Named:
    """The persons that one turn names."""

    called: frozenset[str]
    introduced: frozenset[str]  #: The speaker says 「我是…」.
    mentioned: frozenset[str]
    kin_called: frozenset[Gender]  #: Genders of kinship words used as a call.


def read_turn(text: str, turn: Turn, names: Sequence[Reference], offsets: Sequence[int]) -> Named:
    """Sort the names inside a turn; `offsets` are the starts of `names`, in order."""
    called: set[str] = set()
    introduced: set[str] = set()
    mentioned: set[str] = set()
    for name in names[bisect_left(offsets, turn.start) : bisect_left(offsets, turn.end)]:
        if name.person is None:
            continue
        if is_called(text, name):
            called.add(name.person)
        elif _INTRODUCES.search(text, max(turn.start, name.start - 4), name.start):
            introduced.add(name.person)
        else:
            mentioned.add(name.person)
    kin: set[Gender] = {
        _kin_gender(match.group(1)) for match in _KIN_CALL.finditer(text, turn.start, turn.end)
    }
    return Named(
        frozenset(called), frozenset(introduced - called), frozenset(mentioned - called), frozenset(kin)
    )


def is_called(text: str, name: Reference) -> bool:
    """Whether a name inside a quotation calls its owner: punctuation, or 你, stands around it."""
    before, after = text[name.start - 1 : name.start], text[name.end : name.end + 1]
    return before in _BEFORE_CALL and after in _AFTER_CALL


def _kin_gender(word: str) -> Gender:
    return "female" if word in FEMALE_KIN else "male"
