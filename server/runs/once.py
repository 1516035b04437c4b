"""What is made once, when it is first needed: a graph with all that it imports takes up to a second."""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")

# Threads that import at the same time can find each other's modules half made.
_TURN = threading.Lock()


class Once(Generic[Made]):
    """A value that is made by whoever asks first; the others wait for it.

    Args:
        make: Called once, in a thread, unless it raises: then whoever asks next calls it again.
    """

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._made: list[Made] = []

    @classmethod
    def of(cls, value: Made) -> "Once[Made]":
        """One that is made already."""
        once = cls(lambda: value)
        once._made.append(value)
        return once

    @property
    def is_made(self) -> bool:
        """Whether nobody has to wait for it."""
        return bool(self._made)

    async def get(self) -> Made:
        """The value."""
        return self._made[0] if self._made else await asyncio.to_thread(self.now)

    def now(self) -> Made:
        """The value, for those who can only wait."""
        with _TURN:
            if not self._made:
                self._made.append(self._make())
        return self._made[0]
