"""Scores of alias clusters."""

import pytest

from evals.clusters import cluster_scores, fold_name, map_characters
from evals.pdnc import GoldCharacter
from tools.novels.types import Cast, Character, Mention


def person(number, *surfaces, is_narrator=False):
    mentions = tuple(Mention(start=i, end=i + 1, surface=s) for i, s in enumerate(surfaces))
    return Character(
        id=f"c{number:03}",
        canonical_name=surfaces[0],
        aliases=tuple(dict.fromkeys(surfaces)),
        gender="unknown",
        mentions=mentions,
        is_narrator=is_narrator,
    )


def cast(*names):
    return Cast(characters=tuple(person(number, *surfaces) for number, surfaces in enumerate(names)))


def gold(name, *aliases, category="major"):
    return GoldCharacter(name=name, aliases=(name, *aliases), gender="unknown", category=category)


EMMA = gold("Emma", "Miss Lane")
BROOK = gold("Mr. Brook", "Brook", category="minor")


@pytest.mark.parametrize(
    ("one", "other"),
    [("The Hatter", "hatter"), ("Mr. Brook", "Mr  Brook"), ("Narr", "I"), ("Dr. O’Neil", "dr o'neil")],
)
def test_folding_hides_print(one, other):
    """Capitals, articles, full stops and blanks do not make two names."""
    assert fold_name(one) == fold_name(other)


def test_perfect_clusters_score_one():
    """Every name with its own person is perfect."""
    scores = cluster_scores(cast(["Emma", "Miss Lane"], ["Mr. Brook", "Brook"]), [EMMA, BROOK])

    assert (scores.names, scores.b_cubed_f1, scores.ceafe) == (4, 1.0, 1.0)


def test_a_split_person_costs_recall():
    """Two names of one person in two clusters: each finds half of its fellows."""
    scores = cluster_scores(cast(["Emma"], ["Miss Lane"], ["Mr. Brook", "Brook"]), [EMMA, BROOK])

    assert (scores.b_cubed_precision, scores.b_cubed_recall) == (1.0, 0.75)
    assert scores.ceafe == pytest.approx(2 * (2 / 3 + 1) / 5)


def test_merged_people_cost_precision():
    """Two people in one cluster: each name has as many strangers as fellows."""
    scores = cluster_scores(cast(["Emma", "Miss Lane", "Mr. Brook", "Brook"]), [EMMA, BROOK])

    assert (scores.b_cubed_precision, scores.b_cubed_recall) == (0.5, 1.0)


def test_minor_strangers_cost_precision_of_major_people():
    """Averaging over the major characters still counts whom they were merged with."""
    scores = cluster_scores(
        cast(["Emma", "Miss Lane", "Mr. Brook", "Brook"]), [EMMA, BROOK], categories=("major",)
    )

    assert (scores.names, scores.b_cubed_precision) == (2, 0.5)


def test_names_that_were_not_found_are_no_decision():
    """A gold alias that the system never saw is left out."""
    assert cluster_scores(cast(["Emma"]), [EMMA]).names == 1


def test_mapping_is_one_to_one_by_mentions():
    """Of two parts of a person only the more mentioned one is that person."""
    mapping = map_characters(cast(["Emma"], ["Miss Lane", "Miss Lane"], ["Brook"]), [EMMA, BROOK])

    assert mapping == {"c001": "Emma", "c002": "Mr. Brook"}


def test_nameless_narrator_maps_to_the_gold_narrator():
    """The corpus calls a narrator "Narr"; the system calls him "I"."""
    told = Cast(characters=(person(0, "I", is_narrator=True),))

    assert map_characters(told, [gold("Dr. Watson", "Narr")]) == {"c000": "Dr. Watson"}
