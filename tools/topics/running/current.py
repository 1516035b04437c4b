"""Where the jobs of the current task run."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from tools.topics.running.job import Place
from tools.topics.running.local import LocalProcesses

_HERE = LocalProcesses()
_training: ContextVar[Place | None] = ContextVar("training", default=None)
_others: ContextVar[Place | None] = ContextVar("other_jobs", default=None)


@contextmanager
def bind(*, training: Place | None, others: Place | None = None) -> Generator[None]:
    """Have the code inside the with block, and the tasks that it starts, train there.

    Args:
        training: Where models are trained; None: child processes of this one.
        others: Where all else is worked on; None as well.
    """
    tokens = _training.set(training), _others.set(others)
    try:
        yield
    finally:
        _training.reset(tokens[0])
        _others.reset(tokens[1])


def training_place() -> Place:
    """Where models are trained; child processes of this one, unless somebody bound another place."""
    return _training.get() or _HERE


def work_place() -> Place:
    """Where corpora are prepared and results worked out."""
    return _others.get() or _HERE
