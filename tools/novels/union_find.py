"""Disjoint sets: which names have been found to be one person."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class UnionFind(Generic[Item]):
    """Disjoint sets over hashable items, with union by size and path halving."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._parent = {item: item for item in items}
        self._members = {item: [item] for item in self._parent}

    def find(self, item: Item) -> Item:
        """The item that stands for the set of ``item``."""
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def union(self, one: Item, other: Item) -> Item:
        """Make one set of two; returns the item that stands for it."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return one
        if len(self._members[one]) < len(self._members[other]):
            one, other = other, one
        self._parent[other] = one
        self._members[one] += self._members.pop(other)
        return one

    def members(self, item: Item) -> list[Item]:
        """The items in the set of ``item``."""
        return list(self._members[self.find(item)])

    def sets(self) -> list[list[Item]]:
        """All sets, in the order of the items that stand for them."""
        return [list(members) for members in self._members.values()]
