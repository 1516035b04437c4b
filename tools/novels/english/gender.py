"""The gender of a person, from names and the pronouns that follow them."""

from collections.abc import Iterable, Mapping, Sequence

from tools.novels.english.name_index import NameUse
from tools.novels.types import Gender

_FEWEST_PRONOUNS, _PRONOUN_SHARE = 2, 0.7  # that decide where no given name speaks
_FEWEST_AGAINST, _SHARE_AGAINST = 10, 0.85  # that decide against the given name: "Evelyn", "Sidney"


def find_gender(uses: Sequence[NameUse], decided: Mapping[str, Gender]) -> Gender:
    """The gender of the bearer of several names: what was decided, else titles, pronouns, given names.

    Args:
        uses: The names of one person.
        decided: Genders by name key that a model or an editor gave.
    """
    given = _agreed(use.name.gender for use in uses if not use.name.title)
    sources: tuple[Gender, ...] = (
        _agreed(decided.get(use.name.key, "unknown") for use in uses),
        _agreed(use.name.gender for use in uses if use.name.title),
        _by_pronouns(uses, against_name=given != "unknown"),
        given,
    )
    for gender in sources:
        if gender != "unknown":
            return gender
    return "unknown"


def _by_pronouns(uses: Sequence[NameUse], *, against_name: bool) -> Gender:
    male, female = sum(use.male for use in uses), sum(use.female for use in uses)
    fewest = _FEWEST_AGAINST if against_name else _FEWEST_PRONOUNS
    share = _SHARE_AGAINST if against_name else _PRONOUN_SHARE
    if male + female < fewest or max(male, female) < share * (male + female):
        return "unknown"
    return "male" if male > female else "female"


def _agreed(genders: Iterable[Gender]) -> Gender:
    known = set(genders)
    is_male, is_female = "male" in known, "female" in known
    if is_male == is_female:
        return "unknown"
    return "male" if is_male else "female"
