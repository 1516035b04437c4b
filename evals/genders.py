"""Scores of genders against annotated ones."""

from collections.abc import Sequence

from evals.attribution import Share
from evals.clusters import map_characters
from evals.pdnc import GoldCharacter
from tools.novels.types import Cast

_SCORED = ("major", "intermediate")


def gender_scores(cast: Cast, gold: Sequence[GoldCharacter]) -> Share:
    """How many major and intermediate characters have their annotated gender; who was not found is wrong."""
    mapping = map_characters(cast, gold)
    genders = {mapping[person.id]: person.gender for person in cast.characters if person.id in mapping}
    scored = [person for person in gold if person.category in _SCORED and person.gender != "unknown"]
    return Share(sum(genders.get(person.name) == person.gender for person in scored), len(scored))
