"""Quotation marks: which a book puts around dialogue, where they stand, and which way each one faces."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

DOUBLE, SINGLE, CORNER, WHITE_CORNER, ANGLE = "\"'「『«"  # a family is named by one of its marks

_FAMILIES = {
    **dict.fromkeys('"＂“”„‟', DOUBLE),
    **dict.fromkeys("'‘’‛", SINGLE),
    **dict.fromkeys("「」", CORNER),
    **dict.fromkeys("『』", WHITE_CORNER),
    **dict.fromkeys("«»", ANGLE),
}
_OPENING_SHAPES = frozenset("“„‟‘‛「『«")
_CLOSING_SHAPES = frozenset("”」』»")  # not ’: it is an apostrophe as well

# Three or more of one mark in a row are an ornament, and nothing stands in an empty pair.
_NO_MARKS = r"""("{3,}|＂{3,}|“{3,}|”{3,}|'{3,}|‘{3,}|’{3,}|“”|「」|『』|«»)"""
_MARKS = re.compile(_NO_MARKS + r"""|["＂“”„‟「」『』«»]""")
_MARKS_AND_SINGLE = re.compile(_NO_MARKS + r"""|["＂“”„‟「」『』«»'‘’‛]""")

# English words that begin with an apostrophe; two digits are a year.
_ELISION = re.compile(
    r"(?:t(?:is|was|were|will|would|isn|wasn|ain)|e[mr]|im|is|un|ud|ll|ave|ad|as|e|ee|ere|ead|eard|ouse|ome|ow"
    r"|bout|cause|cept|fore|gainst|kay|long|less|mid|mong|neath|nough|nuff|nother|pon|round|scuse|spect|stead"
    r"|til|till|twixt|tween|way|ware|n|\d0s|\d\d)(?![\w-])",
    re.IGNORECASE,
)
_DROPPED_ENDING = re.compile(r"(?:in|[sz]|\bo|\bth|\ban|\bwi|\bol|\bt)$", re.IGNORECASE)

_EMPHASIS = "_*"  # plain-text italics; looked through
_DEEPEST_EMPHASIS = 4
_OPENING_NEIGHBOURS = frozenset("([{（【《〈—–-/")
_CLOSING_NEIGHBOURS = frozenset(".,;:!?)]}…。，；：！？、）】》〉")
_DASHES = frozenset("—–-")


class Facing(Enum):
    """Which way a mark faces, judged by its shape or, where that is straight, by its neighbours."""

    OPENS = auto()
    CLOSES = auto()
    EITHER = auto()
    MAY_OPEN = auto()  #: A single mark before a word that is often written with an apostrophe.
    MAY_CLOSE = auto()  #: A single mark after a word: an end, or the apostrophe of "the boys' hats".


class Mark(NamedTuple):
    """One quotation mark."""

    position: int
    family: str
    facing: Facing
    misfaced: bool = False  #: Its neighbours speak against its shape.


def iter_marks(text: str, *, with_single: bool) -> Iterator[Mark]:
    """Every quotation mark in text order; apostrophes are left out.

    Args:
        with_single: Whether single marks count, which is so in books that put them around dialogue.
    """
    for found in (_MARKS_AND_SINGLE if with_single else _MARKS).finditer(text):
        if found.lastindex:
            continue
        position, shape = found.start(), found[0]
        if _FAMILIES[shape] is SINGLE:
            facing = _single_facing(text, position)
            if facing is not None:
                yield Mark(position, SINGLE, facing)
        else:
            yield _mark(text, position, shape)


def family_of(shape: str) -> str:
    """The family of a mark, ``shape`` being one of them."""
    return _FAMILIES[shape]


def _mark(text: str, position: int, shape: str) -> Mark:
    by_neighbours = _facing(text, position)
    if shape in _OPENING_SHAPES:
        return Mark(position, _FAMILIES[shape], Facing.OPENS, by_neighbours is not Facing.OPENS)
    if shape in _CLOSING_SHAPES:
        return Mark(position, _FAMILIES[shape], Facing.CLOSES, by_neighbours is not Facing.CLOSES)
    return Mark(position, _FAMILIES[shape], by_neighbours)


def _facing(text: str, position: int) -> Facing:
    left, right = _neighbours(text, position)
    if left.isspace():
        if not right.isspace():
            return Facing.OPENS
        if left == "\n" or right == "\n":
            return Facing.OPENS if left == "\n" else Facing.CLOSES
        return Facing.EITHER
    if left in _OPENING_NEIGHBOURS and right.isalnum():
        return Facing.OPENS
    if right.isspace() or right in _CLOSING_NEIGHBOURS or right in _DASHES:
        return Facing.CLOSES
    if left in ":：" and right.isalnum():
        return Facing.OPENS
    return Facing.EITHER


def _single_facing(text: str, position: int) -> Facing | None:
    """How a single mark faces; None for an apostrophe."""
    left, right = _neighbours(text, position)
    if right.isalnum() and not _is_cjk(right) and (left.isalnum() or left in _FAMILIES):
        return None
    if text[position] in _OPENING_SHAPES or (
        text[position] == "'" and _facing(text, position) is Facing.OPENS
    ):
        return Facing.MAY_OPEN if _ELISION.match(text, position + 1) else Facing.OPENS
    if left.isspace():
        return None
    if left.isalnum() and (right not in _CLOSING_NEIGHBOURS or _is_shortened(text, position)):
        return Facing.MAY_CLOSE
    return Facing.CLOSES


def _is_shortened(text: str, position: int) -> bool:
    """Whether the word before ``position`` often ends with an apostrophe: goin', th', the boys'."""
    return _DROPPED_ENDING.search(text, max(0, position - 4), position) is not None


def _is_cjk(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _neighbours(text: str, position: int) -> tuple[str, str]:
    """The characters left and right, a line break where there is none, looking through emphasis."""
    left = text[position - 1] if position else "\n"
    right = text[position + 1] if position + 1 < len(text) else "\n"
    if left in _EMPHASIS:
        left = text[max(0, position - _DEEPEST_EMPHASIS) : position].rstrip(_EMPHASIS)[-1:] or "\n"
    if right in _EMPHASIS:
        right = text[position + 1 : position + 1 + _DEEPEST_EMPHASIS].lstrip(_EMPHASIS)[:1] or "\n"
    return left, right
