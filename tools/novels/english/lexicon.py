"""The word lists of this package, read once from the text files in ``lexicon/``.

In every file a line that begins with ``#`` says what follows.
"""

from collections.abc import Mapping
from pathlib import Path

from tools.novels.types import Gender

_FOLDER = Path(__file__).parent / "lexicon"
_GENDERS: Mapping[str, Gender] = {"m": "male", "f": "female", "u": "unknown"}


def words(text: str) -> frozenset[str]:
    """The words of a short list that is written where it is used."""
    return frozenset(text.split())


def read_words(name: str) -> frozenset[str]:
    """A list of words separated by white space."""
    return frozenset(word for line in _lines(name) for word in line.split())


def read_genders(name: str, separator: str | None = None) -> dict[str, Gender]:
    """A list of lines "gender: words"; the words are parted by white space or by ``separator``."""
    genders: dict[str, Gender] = {}
    for line in _lines(name):
        gender, entries = line.split(":", 1)
        genders.update({entry.strip(): _GENDERS[gender] for entry in entries.split(separator)})
    return genders


def _lines(name: str) -> list[str]:
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _read_nicknames() -> dict[str, frozenset[str]]:
    """Short form -> every full name that it may stand for."""
    full_names: dict[str, set[str]] = {}
    for line in _lines("nicknames"):
        full, short_forms = line.split(":")
        for short in short_forms.split():
            full_names.setdefault(short, set()).add(full)
    return {short: frozenset(full) for short, full in full_names.items()}


def _read_kin() -> tuple[dict[str, Gender], dict[str, str]]:
    """Noun of kinship -> gender of the person it names, and -> type of tie to the owner of the noun."""
    rows = [line.split() for line in _lines("kin")]
    return {noun: _GENDERS[gender] for noun, _, gender in rows}, {noun: tie for noun, tie, _ in rows}


MALE_NAMES = read_words("given_names_male")
FEMALE_NAMES = read_words("given_names_female")
GIVEN_NAMES = MALE_NAMES | FEMALE_NAMES
NICKNAMES = _read_nicknames()
SPEECH_VERBS = read_words("speech_verbs")
WEAK_SPEECH_VERBS = read_words("weak_speech_verbs")
PERSON_VERBS = read_words("person_verbs")
PERSON_NOUNS = read_words("person_nouns")
NOT_NAMES = read_words("not_names")
PLACES = read_words("places")
PLACE_NOUNS = read_words("place_nouns")
ROLES = read_genders("roles")  #: Noun of office or work -> gender.
DESCRIPTIONS = read_genders("descriptions")  #: Noun that points back at somebody known -> gender.
ADDRESSES = read_genders("addresses", ",")  #: Form of address -> gender of the person addressed.
KIN, KIN_RELATIONS = _read_kin()
PREPOSITIONS = words(
    "to at of with from by for upon on towards toward beside near after before about into over against than"
)


def given_name_gender(name: str) -> Gender:
    """The gender that the lists give to a given name; "unknown" when both or neither holds it."""
    is_male, is_female = name in MALE_NAMES, name in FEMALE_NAMES
    if is_male == is_female:
        return "unknown"
    return "male" if is_male else "female"
