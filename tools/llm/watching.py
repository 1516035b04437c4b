"""Who is told of model calls while they happen: tracing, metrics, a run's stream."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from prompts import Prompt
from tools.llm.abilities import Role
from tools.llm.usage import CallRecord, Operation, Usage


def _nothing() -> None:
    return None


@dataclass(slots=True, kw_only=True)
class Sending:
    """One request under way. What is learned of it is filled in before its with block ends."""

    role: Role
    operation: Operation
    provider: str
    model: str
    address: str  #: The base URL.
    prompt: Prompt | None
    request: Any  #: The user's content; only for those who were asked to record it.
    usage: Usage = field(default_factory=Usage)
    answer: Callable[[], Any] = _nothing  #: Likewise, as JSON can hold it.


class Watcher(Protocol):
    """Told of every request; the with block ends when its answer is there, or raises what it raised."""

    def sending(self, request: Sending) -> AbstractContextManager[None]:
        """A request is sent."""
        ...

    def called(self, record: CallRecord) -> None:
        """A call has ended: answered, from the cache too, or given up."""
        ...


Listener = Callable[[CallRecord], None]

_watchers: ContextVar[tuple[Watcher, ...]] = ContextVar("watchers", default=())
_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("listeners", default=())
_is_inside: ContextVar[bool] = ContextVar("is_inside", default=False)


@contextmanager
def watch(watcher: Watcher) -> Generator[None]:
    """Tell this watcher of the calls of the code inside the with block, and of the tasks that it starts."""
    token = _watchers.set((*_watchers.get(), watcher))
    try:
        yield
    finally:
        _watchers.reset(token)


@contextmanager
def listen(listener: Listener) -> Generator[None]:
    """Tell this listener of the calls that end inside the with block, and in the tasks that it starts."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)


@contextmanager
def sending(request: Sending) -> Generator[None]:
    """Tell all watchers of a request."""
    token = _is_inside.set(True)
    try:
        with ExitStack() as stack:
            for watcher in _watchers.get():
                stack.enter_context(watcher.sending(request))
            yield
    finally:
        _is_inside.reset(token)


def called(record: CallRecord) -> None:
    """Tell all of a call that has ended."""
    for watcher in _watchers.get():
        watcher.called(record)
    for listener in _listeners.get():
        listener(record)


def is_sending() -> bool:
    """Whether this code runs for a request that watchers have been told of."""
    return _is_inside.get()
