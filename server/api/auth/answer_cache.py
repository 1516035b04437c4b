"""What a project's ``authenticate`` said of callers, for as long as its langgraph.json lets it hold."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from server.runs.langgraph_json import AuthCacheSpec

Caller = tuple[str | None, ...]  # the values of the headers that tell callers apart


class AnswerCache:
    """Fields of users by the headers of their requests; what has not been used for longest goes first.

    Args:
        clock: Seconds, which only grow.
    """

    def __init__(self, spec: AuthCacheSpec, clock: Callable[[], float] = time.monotonic) -> None:
        self._spec = spec
        self._clock = clock
        self._kept: OrderedDict[Caller, tuple[float, Mapping[str, Any]]] = OrderedDict()

    def caller(self, headers: Mapping[str, str]) -> Caller | None:
        """Who sends these headers; None when they have none of those that tell."""
        values = tuple(headers.get(name.lower()) for name in self._spec.cache_keys)
        return None if all(value is None for value in values) else values

    def recall(self, caller: Caller) -> Mapping[str, Any] | None:
        """The caller's fields, if they are known and still hold."""
        until, fields = self._kept.get(caller, (0.0, {}))
        if until <= self._clock():
            self._kept.pop(caller, None)
            return None
        self._kept.move_to_end(caller)
        return fields

    def keep(self, caller: Caller, fields: Mapping[str, Any]) -> None:
        """Let a caller's fields hold from now on."""
        self._kept[caller] = self._clock() + self._spec.ttl_seconds, fields
        self._kept.move_to_end(caller)
        while len(self._kept) > self._spec.max_size:
            self._kept.popitem(last=False)
