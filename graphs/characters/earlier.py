"""What a model was asked about a novel before, when the characters graph runs beneath another one.

On a thread of its own the graph finds that in its state. Beneath another graph its state ends with the node
it runs in: the other graph keeps the answers, and binds them here when the text is read again.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from graphs.characters.state import ANSWERS, Answers

_bound: ContextVar[Answers | None] = ContextVar("earlier_answers", default=None)


@contextmanager
def bind(answers: Answers) -> Generator[None]:
    """Let runs inside the with block take over the answers that still hold."""
    token = _bound.set(answers)
    try:
        yield
    finally:
        _bound.reset(token)


def bound() -> Answers:
    """By stage, what is bound; nothing, where nothing is."""
    return _bound.get() or {}


def answers_in(values: Mapping[str, Any]) -> Answers:
    """By stage, what these channels of a state hold; empty without any answer."""
    answers: Answers = {stage: values.get(channel) or [] for stage, channel in ANSWERS.items()}
    return answers if any(answers.values()) else {}
