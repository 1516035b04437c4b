"""The latest values that a saver has stored or read, so that it stores and fetches only what is new."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from server.checkpoint import layout
from server.checkpoint.pieces import LEAST, Pieces

ENTRY = 500  # bytes that an entry takes besides its value; a guess on the high side
NOTHING: Mapping[str, "Seen"] = {}


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel's value as this saver saw it last, and where it lies in Redis."""

    version: str | float  #: The value's version.
    kind: str  #: The serializer's name for the bytes.
    pieces: Pieces  #: The bytes; with no pieces if they are in one field, named by their version.

    @property
    def size(self) -> int:
        """Bytes that this takes in memory, about: a value in pieces is held once whole and once in pieces."""
        return ENTRY + len(self.pieces.raw) + sum([piece.size for piece in self.pieces.stack])

    @property
    def is_unmistakable(self) -> bool:
        """Whether what lies there can be no other value: names of pieces and textual versions end in random
        digits, numeric versions may come again in a thread that was deleted."""
        return bool(self.pieces.stack) or isinstance(self.version, str)

    def is_at(self, version: str | float) -> bool:
        """Whether this is the value of that version; versions of different types are different ones."""
        return type(self.version) is type(version) and self.version == version

    @property
    def is_worth_keeping(self) -> bool:
        """Whether the value is large, and not encrypted."""
        return len(self.pieces.raw) >= LEAST and "+" not in self.kind

    def blob(self, namespace: str, channel: str) -> str:
        """Where the value lies, as a manifest names it."""
        if self.pieces.stack:
            return layout.piece_blob(namespace, channel, self.pieces.names)
        return layout.blob_field(namespace, channel, self.version)


class Memory:
    """The latest large values of threads' namespaces, as far as there is room; safe to share between threads.

    It may forget anything at any time, and be wrong about what Redis still holds: whoever goes by it has the
    server check that it is there.

    Args:
        limit: Bytes to hold at most; 0 remembers nothing.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._seen: OrderedDict[tuple[str, str], tuple[Mapping[str, Seen], int]] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, thread_id: str, namespace: str) -> Mapping[str, Seen]:
        """What was seen last, by channel."""
        place = thread_id, namespace
        with self._lock:
            if place not in self._seen:
                return NOTHING
            self._seen.move_to_end(place)
            return self._seen[place][0]

    def keep(self, thread_id: str, namespace: str, seen: Mapping[str, Seen]) -> None:
        """Remember these values and no others of the place; forget what was of no use for the longest."""
        place, size = (thread_id, namespace), sum([one.size for one in seen.values()])
        with self._lock:
            self._size += size - self._seen.pop(place, (NOTHING, 0))[1]
            self._seen[place] = seen, size
            while self._size > self._limit:
                self._size -= self._seen.popitem(last=False)[1][1]
