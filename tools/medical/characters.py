"""How common a Chinese character is, and how many strokes it has.

Source: the Table of General Standard Chinese Characters (2013) and strokes, as Unicode's Unihan gives them.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parents[2] / "configs" / "chinese_characters.txt"
_COMMON = "1"  # the table's first level: 3,500 characters in common use


def is_common(character: str) -> bool:
    """Whether it is one of the 3,500 characters in common use."""
    return character in _table()[0]


def strokes_of(character: str) -> int | None:
    """How many strokes it has; None for one of none of the table's 8,105."""
    return _table()[1].get(character)


@cache
def _table() -> tuple[frozenset[str], Mapping[str, int]]:
    common: set[str] = set()
    strokes: dict[str, int] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        level, count, characters = line.split("\t")
        strokes |= dict.fromkeys(characters, int(count))
        if level == _COMMON:
            common.update(characters)
    return frozenset(common), strokes
