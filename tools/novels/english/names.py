"""A name taken apart into title, given name and surname."""

from collections.abc import Iterable
from dataclasses import dataclass

from tools.novels.english.lexicon import GIVEN_NAMES, NICKNAMES, ROLES, given_name_gender, words
from tools.novels.english.titles import BEFORE_GIVEN_NAME, RANKS, TITLE_GENDERS
from tools.novels.types import Gender

_PARTICLES = words("de De du Du des Des la La le Le von Von van Van der of the")


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of one name; missing parts are empty."""

    key: str
    title: str = ""  #: The last of its titles: "Mr" in "Reverend Mr Norris".
    given: str = ""
    surname: str = ""

    @property
    def is_full(self) -> bool:
        """Whether both given name and surname are there."""
        return bool(self.given and self.surname)

    @property
    def is_given_only(self) -> bool:
        """Whether the surname is missing."""
        return bool(self.given and not self.surname)

    @property
    def is_surname_only(self) -> bool:
        """Whether the given name is missing."""
        return bool(self.surname and not self.given)

    @property
    def gender(self) -> Gender:
        """What title, given name or noun of office says; "Mrs John Knightley" is a woman."""
        if TITLE_GENDERS.get(self.title, "unknown") != "unknown":
            return TITLE_GENDERS[self.title]
        if self.given:
            return given_name_gender(self.given)
        return ROLES.get(self.key.lower(), "unknown")


@dataclass(frozen=True, slots=True)
class KnownParts:
    """Words that full names of the book show to be given names or surnames."""

    given: frozenset[str] = frozenset()
    surnames: frozenset[str] = frozenset()


def known_parts(keys: Iterable[str]) -> KnownParts:
    """What the names of several words say about their words."""
    names = [parse_name(key, KnownParts()) for key in set(keys) if " " in key]
    given = frozenset(name.given for name in names if name.is_full)
    surnames = frozenset(name.surname for name in names if name.surname)
    return KnownParts(given, surnames - given)


def parse_name(key: str, known: KnownParts) -> Name:
    """Take a key of :func:`tools.novels.english.candidates.name_key` apart."""
    parts = key.split()
    if len(parts) == 1 and (parts[0].capitalize() in RANKS or key.islower()):
        return Name(key, key.capitalize() if key.capitalize() in RANKS else "")
    if "-the-" in key:
        return Name(key)
    if len(parts) > 2 and parts[1] == "of":
        return Name(key, parts[0], surname=_fold_particles(parts[2:]))
    titles = 0
    while titles < len(parts) - 1 and parts[titles] in TITLE_GENDERS:
        titles += 1
    title = parts[titles - 1] if titles else ""
    return _parse_untitled(key, title, parts[titles:], known)


def _parse_untitled(key: str, title: str, parts: list[str], known: KnownParts) -> Name:
    if len(parts) == 1:
        return _parse_single(key, title, parts[0], known)
    if parts[0] in _PARTICLES:
        return Name(key, title, surname=_fold_particles(parts))
    surname = next((at for at in range(1, len(parts)) if parts[at] in _PARTICLES), len(parts) - 1)
    return Name(key, title, parts[0], _fold_particles(parts[surname:]))


def _parse_single(key: str, title: str, word: str, known: KnownParts) -> Name:
    if title:
        is_given = _fits(title, word) and (title in BEFORE_GIVEN_NAME or word in known.given)
    else:
        is_listed = word in GIVEN_NAMES or word in NICKNAMES or word in known.given
        is_given = is_listed and word not in known.surnames
    return Name(key, title, given=word) if is_given else Name(key, title, surname=word)


def _fits(title: str, word: str) -> bool:
    """Whether a given name has the gender of the title, so that "Lady Lucas" is no Lucas."""
    genders = {TITLE_GENDERS[title], given_name_gender(word)} - {"unknown"}
    return word in GIVEN_NAMES and len(genders) < 2


def _fold_particles(parts: list[str]) -> str:
    return " ".join(part.lower() if part in _PARTICLES else part for part in parts)


def same_given_name(one: str, other: str) -> bool:
    """Whether two given names may be one: equal, or forms of one name, as "Eliza" and "Lizzy"."""
    return not full_forms(one).isdisjoint(full_forms(other))


def full_forms(given: str) -> frozenset[str]:
    """The given names that this one is or may be short for."""
    return NICKNAMES.get(given, frozenset()) | {given}
