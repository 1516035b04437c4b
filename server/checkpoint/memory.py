"""What a saver remembers of the values that it has stored or read, so that the next ones can be cut into pieces."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from server.checkpoint.pieces import Pieces

ENTRY = 500  # bytes that an entry takes besides its value; a guess on the high side

Place = tuple[str, str, str]  # thread, namespace, channel


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel's value as this saver saw it last."""

    version: str | float  #: The value's version.
    pieces: Pieces | None  #: None for a value that is stored in one field under its version.

    @property
    def size(self) -> int:
        """Bytes that this takes in memory, about: a value is held once whole and once in pieces."""
        if self.pieces is None:
            return ENTRY
        return ENTRY + len(self.pieces.raw) + sum([piece.size for piece in self.pieces.stack])


class Memory:
    """The latest value of each channel, as far as there is room for; safe to share between threads.

    It may forget anything at any time, and be wrong about what Redis still holds: whoever stores by it names
    what must be there.

    Args:
        limit: Bytes to hold at most; 0 remembers nothing.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._seen: OrderedDict[Place, Seen] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, place: Place) -> Seen | None:
        """What was seen last at a place, if it is not forgotten."""
        with self._lock:
            if found := self._seen.get(place):
                self._seen.move_to_end(place)
            return found

    def keep(self, place: Place, seen: Seen) -> None:
        """Remember a value, and forget those that were of no use for the longest."""
        if seen.size > self._limit:
            self.forget(place)
            return
        with self._lock:
            self._drop(place)
            self._seen[place] = seen
            self._size += seen.size
            while self._size > self._limit:
                self._drop(next(iter(self._seen)))

    def forget(self, place: Place) -> None:
        """Remember no value of this place."""
        with self._lock:
            self._drop(place)

    def _drop(self, place: Place) -> None:
        if gone := self._seen.pop(place, None):
            self._size -= gone.size
