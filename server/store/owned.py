"""LangGraph's store as the runs of one account see it: everything lies below a label of their own.

A graph says ``("notes",)`` and gets that back; in the database, and for the API, it is
``(user_id, "notes")``.
A graph that begins a namespace with the user's id already means the same place, and gets that back.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from langgraph.store.base import (
    BaseStore,
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchOp,
)

from server import access

Namespace = tuple[str, ...]
_NOBODY = "-"  # no account's id


def store_of(user: Mapping[str, Any] | None, store: BaseStore | None) -> BaseStore | None:
    """The store for a run that this user asked for; a project's own users share theirs, as its rules say."""
    if store is None or user is None or not access.is_account(user):
        return store
    return OwnedStore(store, str(user["identity"]))


def nobodys(store: BaseStore | None) -> BaseStore | None:
    """The store as a graph sees it that is only looked into, while nobody asks: empty."""
    return OwnedStore(store, _NOBODY) if store is not None else None


class OwnedStore(BaseStore):
    """A part of a store that takes itself for the whole.

    Args:
        owner: The label below which everything lies.
    """

    def __init__(self, store: BaseStore, owner: str) -> None:
        self._store = store
        self._owner = owner
        self.supports_ttl = store.supports_ttl
        self.ttl_config = store.ttl_config

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do all of these below the owner's label."""
        asked = list(ops)
        found = await self._store.abatch([self._inward(op) for op in asked])
        return [self._outward(op, result) for op, result in zip(asked, found, strict=True)]

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """The same for code that runs in another thread than the event loop."""
        asked = list(ops)
        found = self._store.batch([self._inward(op) for op in asked])
        return [self._outward(op, result) for op, result in zip(asked, found, strict=True)]

    def _inward(self, op: Op) -> Op:
        match op:
            case GetOp() | PutOp():
                return op._replace(namespace=self._below(op.namespace))
            case SearchOp():
                return op._replace(namespace_prefix=self._below(op.namespace_prefix))
            case ListNamespacesOp():
                conditions = tuple(self._condition(each) for each in op.match_conditions or ())
                deeper = op.max_depth if op.max_depth is None or self._is_named(op) else op.max_depth + 1
                own = MatchCondition(match_type="prefix", path=(self._owner,))
                return op._replace(match_conditions=(own, *conditions), max_depth=deeper)

    def _outward(self, op: Op, result: Result) -> Result:
        if result is None or self._is_named(op):
            return result
        if isinstance(result, list):
            return cast("Result", [self._shown(each) for each in cast("list[Any]", result)])
        return self._shown(result)

    def _shown(self, found: Any) -> Any:
        if isinstance(found, Item):
            found.namespace = found.namespace[1:]
            return found
        return cast("Namespace", found)[1:]

    def _below(self, namespace: Namespace) -> Namespace:
        return namespace if namespace[:1] == (self._owner,) else (self._owner, *namespace)

    def _condition(self, condition: MatchCondition) -> MatchCondition:
        if condition.match_type == "suffix":
            return condition
        path = cast("Namespace", tuple(condition.path))
        return MatchCondition(match_type="prefix", path=self._below(path))

    def _is_named(self, op: Op) -> bool:
        """Whether who asked began with the owner's label."""
        match op:
            case GetOp() | PutOp():
                return op.namespace[:1] == (self._owner,)
            case SearchOp():
                return op.namespace_prefix[:1] == (self._owner,)
            case ListNamespacesOp():
                conditions = op.match_conditions or ()
                return any(
                    each.match_type == "prefix" and tuple(each.path)[:1] == (self._owner,)
                    for each in conditions
                )
