"""What kind of name a string may be, judged by its characters alone."""

from enum import StrEnum

from tools.novels.chinese.dictionary import Dictionary
from tools.novels.chinese.lexicon import PERSON_NOUNS
from tools.novels.chinese.name_lexicon import (
    COMPOUND_SURNAMES,
    FAMILIAR_PREFIXES,
    KIN_NAMES,
    NEVER_IN_NAMES,
    NEVER_LAST,
    NO_SURNAMES_BEFORE_TITLES,
    RANKS,
    SURNAMES,
    TITLES,
    TRANSLITERATION,
)


class Shape(StrEnum):
    """Kinds of names, with an example."""

    FULL = "full"  #: 孙少平, 欧阳锋, 金波
    TITLED = "titled"  #: 田主任, 王大妈
    FAMILIAR = "familiar"  #: 老孙, 小翠, 阿毛
    KIN = "kin"  #: 二叔, 大舅
    FOREIGN = "foreign"  #: 安娜
    PET = "pet"  #: 翠翠, 虎子, 宝儿
    LISTED = "listed"  #: Marked as a name in the dictionary.
    OTHER = "other"  #: 少平, 黛玉: nothing but its use shows it.


def shape_of(word: str, dictionary: Dictionary) -> Shape | None:
    """The shape of a string of Chinese characters, or None when it cannot be a name."""
    if word in PERSON_NOUNS or word in TITLES:
        return None
    special = _special_shape(word)
    if special is not None:
        return special
    if not NEVER_IN_NAMES.isdisjoint(word) or word[-1] in NEVER_LAST:
        return None
    if len(word) == 2 and (word[0] == word[1] or word[1] in "儿子娃"):
        return Shape.PET
    if is_full_name(word):
        return Shape.FULL
    if len(word) > 2 and TRANSLITERATION.issuperset(word):
        return Shape.FOREIGN
    if word in dictionary.people:
        return Shape.LISTED
    return Shape.OTHER if len(word) <= 3 and len(split_title(word)[1]) < 2 else None


def split_surname(word: str) -> tuple[str, str]:
    """Surname and rest; the surname is empty when the string begins with none."""
    for length, surnames in ((2, COMPOUND_SURNAMES), (1, SURNAMES)):
        if len(word) > length and word[:length] in surnames:
            return word[:length], word[length:]
    return "", word


def split_title(word: str) -> tuple[str, str]:
    """What stands before a title, and the longest title that ends the string, if any."""
    for length in range(min(4, len(word) - 1), 0, -1):
        if word[-length:] in TITLES:
            return word[:-length], word[-length:]
    return word, ""


def is_full_name(word: str) -> bool:
    """Whether the string is a surname and one or two characters more."""
    surname, rest = split_surname(word)
    return bool(surname) and len(rest) <= 2 and rest not in TITLES


def _special_shape(word: str) -> Shape | None:
    surname, rest = split_surname(word)
    if surname and rest in TITLES:
        return None if surname in NO_SURNAMES_BEFORE_TITLES else Shape.TITLED
    if word[0] in RANKS and word[1:] in KIN_NAMES:
        return Shape.KIN
    if len(word) == 2 and word[0] in FAMILIAR_PREFIXES:
        may_follow = word[1] in SURNAMES if word[0] == "老" else word[1] not in NEVER_IN_NAMES | NEVER_LAST
        return Shape.FAMILIAR if may_follow else None
    return None
