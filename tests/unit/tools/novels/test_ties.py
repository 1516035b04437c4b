"""Gathering ties into relations."""

from tools.novels.ties import Tie, gather
from tools.novels.types import Evidence


def tie(source, target, kind, start=0):
    return Tie(source, target, kind, Evidence(start=start, end=start + 1, reason="test"))


def test_symmetric_ties_are_one_relation():
    """Siblings of each other are counted together, in the order of the ids."""
    (relation,) = gather([tie("c001", "c000", "sibling"), tie("c000", "c001", "sibling", 5)])

    assert (relation.source_id, relation.target_id, relation.weight) == ("c000", "c001", 2)


def test_directed_ties_keep_their_direction():
    """Parent and child are told apart."""
    relations = gather([tie("c001", "c000", "parent"), tie("c000", "c001", "parent")])

    assert [(r.source_id, r.target_id) for r in relations] == [("c000", "c001"), ("c001", "c000")]
