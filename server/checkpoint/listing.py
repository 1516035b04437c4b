"""Plans that list checkpoints, page by page."""

from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple, get_checkpoint_id

from server.checkpoint import layout, lua, reading, registry
from server.checkpoint.address import address
from server.checkpoint.plan import Command, Plan, Planner, accepted, call

PAGE = 50  # checkpoints that one round trip fetches


class Search:
    """A walk over checkpoints, newest first within a thread.

    Args:
        planner: What every plan needs.
        config: A thread, and perhaps a namespace and a checkpoint of it; None is every thread.
        filter: Metadata that must be equal.
        before: Only checkpoints older than the one that it names.
        limit: The greatest number of results.
    """

    def __init__(
        self,
        planner: Planner,
        config: RunnableConfig | None,
        filter: dict[str, Any] | None,
        before: RunnableConfig | None,
        limit: int | None,
    ) -> None:
        self._planner = planner
        self._config = config
        self._filter = filter or {}
        self._before = get_checkpoint_id(before) if before else None
        self._left = limit
        self._threads: list[str] = [] if config is None else [address(config)[0]]
        self._last_thread: str | None = None
        self._names: list[bytes] = []
        self._thread_id = ""

    def next_page(self) -> Plan[list[CheckpointTuple] | None]:
        """The next checkpoints; None when there are no more."""
        while not self._names:
            if self._left is not None and self._left <= 0:
                return None
            if not self._threads:
                self._threads = yield from self._more_threads()
            if not self._threads:
                return None
            self._thread_id = self._threads.pop(0)
            self._names = yield from self._checkpoint_names()
        size = PAGE if self._left is None or self._filter else min(PAGE, self._left)
        names, self._names = self._names[:size], self._names[size:]
        found = yield from self._load((yield from self._matching(names)))
        if self._left is not None:
            found = found[: self._left]
            self._left -= len(found)
            self._names = self._names if self._left else []
        return found

    def _more_threads(self) -> Plan[list[str]]:
        """The next threads of the registry that still exist; forgets the others."""
        while self._config is None:
            page = yield from registry.threads_after(self._last_thread)
            if not page:
                return []
            self._last_thread = page[-1]
            gone = yield from registry.absent(page)
            yield from registry.forget_absent(gone)
            if alive := [thread for thread in page if thread not in set(gone)]:
                return alive
        return []

    def _checkpoint_names(self) -> Plan[list[bytes]]:
        """The names (``ns|id``) of the thread that can match, newest first."""
        configurable = (self._config or {}).get("configurable", {})
        namespace = configurable.get("checkpoint_ns")
        low, high = (b"-", b"+") if namespace is None else layout.name_range(layout.escape(namespace))
        (reply,) = yield [call(lua.LIST, self._thread_id, low, high, 0)]
        names = accepted(reply, self._thread_id)[1]
        wanted, before = configurable.get("checkpoint_id"), self._before
        dated = [(layout.split(name)[1], name) for name in names]
        dated.sort(reverse=True)
        return [
            name
            for checkpoint_id, name in dated
            if (wanted is None or checkpoint_id == wanted) and (before is None or checkpoint_id < before)
        ]

    def _matching(self, names: Sequence[bytes]) -> Plan[Sequence[bytes]]:
        """Those whose metadata pass the filter."""
        if not self._filter or not names:
            return names
        data_key = layout.thread_keys(self._thread_id)[1]
        fields = [layout.record_field(name.decode()) for name in names]
        (records,) = yield [Command(("HMGET", data_key, *fields))]
        # A record that is missing was removed a moment ago, or is evicted: reading it tells which.
        return [
            name
            for name, record in zip(names, records, strict=True)
            if record is None or self._passes(self._planner.codec.restore(record)["metadata"])
        ]

    def _passes(self, metadata: dict[str, Any]) -> bool:
        return all(key in metadata and metadata[key] == value for key, value in self._filter.items())

    def _load(self, names: Sequence[bytes]) -> Plan[list[CheckpointTuple]]:
        if not names:
            return []
        thread = self._thread_id
        calls = [reading.get_call(self._planner, thread, "", name.decode()) for name in names]
        replies = yield calls
        found = [reading.loaded(self._planner, thread, reply) for reply in replies]
        return [loaded for loaded in found if loaded is not None]
