"""Disjoint sets."""

from tools.novels.union_find import UnionFind


def test_union_joins_whole_sets():
    """Joining two members joins all that was joined to them."""
    sets = UnionFind("abcd")
    sets.union("a", "b")
    sets.union("c", "d")
    sets.union("b", "c")

    assert sorted(sets.members("a")) == ["a", "b", "c", "d"]
    assert sets.find("a") == sets.find("d")


def test_items_begin_alone():
    """Without a union every item is its own set."""
    assert UnionFind("ab").sets() == [["a"], ["b"]]


def test_joining_twice_changes_nothing():
    """A union of two members of one set is that set."""
    sets = UnionFind("ab")

    assert sets.union("a", "b") == sets.union("b", "a")
    assert sets.sets() == [["a", "b"]]
