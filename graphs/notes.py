"""Warnings that a result lists and the stream tells, too."""

from collections.abc import Iterable

from typing_extensions import TypedDict

from graphs.progress import WarningRaised, emit


class Note(TypedDict):
    """A warning of the result."""

    code: str
    message: str


def warn(notes: Iterable[Note]) -> None:
    """Say them on the stream, too."""
    for note in notes:
        emit(WarningRaised(code=note["code"], message=note["message"]))
