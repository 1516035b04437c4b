"""Which quotation marks of one paragraph belong together."""

from collections.abc import Sequence
from typing import NamedTuple

from tools.novels.quotation_marks import Facing, Mark


class Pair(NamedTuple):
    """An outermost quotation: from its opening mark to behind its closing mark, or unclosed."""

    start: int
    end: int
    family: str
    closed: bool


class _Ahead(NamedTuple):
    """What a paragraph holds from one mark on, among the marks of the same family."""

    surplus: int  #: How many more close than open, this one included.
    next: Facing | None  #: The first one after this that is sure of its facing.


_SURE = {Facing.OPENS: -1, Facing.CLOSES: 1, Facing.EITHER: 0}


def pair_marks(marks: Sequence[Mark], text: str, end: int) -> list[Pair]:
    """The outermost quotations of the paragraph that holds ``marks`` and ends at ``end``.

    A quotation runs from the first mark that can open it to the first of the same family that can close it;
    marks of other families in it are nested. A second opening mark of the same family is nested if enough
    closing marks are left for both, otherwise the closing mark was forgotten, and the quotation ends before
    the second one opens.
    """
    pairs: list[Pair] = []
    opened: Mark | None = None
    depth = 0
    for mark, ahead in zip(marks, _look_ahead(marks), strict=True):
        if opened is None:
            opened = mark if _can_open(mark, ahead) else None
        elif mark.family != opened.family:
            continue
        elif _can_close(mark, ahead):
            if depth == 0:
                pairs.append(Pair(opened.position, mark.position + 1, mark.family, True))
                opened = None
            else:
                depth -= 1
        elif mark.facing is Facing.OPENS and ahead.surplus >= 1:
            depth += 1
        elif mark.facing is Facing.OPENS:
            pairs.append(_unclosed(opened, text, mark.position))
            opened, depth = mark, 0
    if opened is not None:
        pairs.append(_unclosed(opened, text, end))
    return pairs


def _look_ahead(marks: Sequence[Mark]) -> list[_Ahead]:
    surplus: dict[str, int] = {}
    following: dict[str, Facing] = {}
    aheads: list[_Ahead] = []
    for mark in reversed(marks):
        family, facing = mark.family, mark.facing
        surplus[family] = surplus.get(family, 0) + _SURE.get(facing, 0)
        aheads.append(_Ahead(surplus[family], following.get(family)))
        if facing in _SURE:
            following[family] = facing
    aheads.reverse()
    return aheads


def _can_open(mark: Mark, ahead: _Ahead) -> bool:
    if mark.facing in (Facing.OPENS, Facing.EITHER):
        return True
    doubtful = mark.facing is Facing.MAY_OPEN or (mark.facing is Facing.CLOSES and mark.misfaced)
    return doubtful and ahead.next is Facing.CLOSES


def _can_close(mark: Mark, ahead: _Ahead) -> bool:
    if mark.facing in (Facing.CLOSES, Facing.EITHER):
        return True
    doubtful = mark.facing is Facing.MAY_CLOSE or (mark.facing is Facing.OPENS and mark.misfaced)
    return doubtful and ahead.next is not Facing.CLOSES


def _unclosed(opened: Mark, text: str, end: int) -> Pair:
    while text[end - 1].isspace():
        end -= 1
    return Pair(opened.position, end, opened.family, False)
