"""Entries of event logs: several events that a worker appended at once.

An entry's id in its Redis stream is the id of its last event; the sequence numbers of the others count down
from it. So every event has an id of its own, and a reader that stopped inside an entry can go on there.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

Position = tuple[int, int]  # an event's id as numbers, which compare as ids do

FROM_START = "0"
START: Position = (0, 0)  # before every event


class StreamEvent(NamedTuple):
    """One event of a run."""

    id: str  #: ``<milliseconds>-<sequence>``, strictly increasing over all runs of a thread.
    name: str  #: Stream mode, with the subgraph's namespace after ``|``.
    data: bytes  #: JSON without line breaks.


class Mark(NamedTuple):
    """What a checkpoint covers of a log."""

    checkpoint_id: str
    event_id: str | None  #: The last event that the checkpoint covers; None when it covers none.


@dataclass(slots=True)
class Entry:
    """One entry of a log."""

    position: Position  #: Of its last event.
    events: Sequence[StreamEvent] = ()
    previous: Position | None = None  #: Of the log's entry before; None for the first.
    run_id: str | None = None  #: The run that ends with this entry, or begins in a thread's history.
    is_end: bool = False
    size: int = 0  #: Bytes of its events.
    is_snapshot: bool = False  #: Its event stands for all that is no longer in the log.
    #: Its events as bytes and its parts, made once for all of its readers.
    encoded: dict[Hashable, bytes] = field(default_factory=dict[Hashable, bytes])
    parts: dict[Hashable, "Entry"] = field(default_factory=dict[Hashable, "Entry"])

    def after(self, position: Position) -> "Entry":
        """The part of it that comes after a position."""
        count = len(self.events)
        known = max(0, position[1] - (self.position[1] - count)) if position[0] == self.position[0] else 0
        if not known:
            return self
        return Entry(self.position, self.events[known:], self.previous, size=self.size)

    def only(self, key: Hashable, is_wanted: Callable[[StreamEvent], bool]) -> "Entry":
        """The part of it that is wanted.

        Args:
            key: Names what is wanted; readers with the same key share the part.
        """
        if self.is_snapshot:
            return self
        if key not in self.parts:
            self.parts[key] = Entry(self.position, [event for event in self.events if is_wanted(event)])
        return self.parts[key]


def position_of(event_id: str) -> Position:
    """An id as numbers; the sequence may be missing."""
    milliseconds, _, sequence = event_id.partition("-")
    return int(milliseconds), int(sequence or 0)


def event_id(position: Position) -> str:
    """Numbers as an id."""
    return f"{position[0]}-{position[1]}"


def line(name: str, data: bytes) -> bytes:
    """One event as it stands in an entry, which joins its events by line breaks.

    Raises:
        ValueError: The name or the data has a line break, which the wire could not carry either.
    """
    head = name.encode()
    if b"\n" in head or b"\r" in head or b"\n" in data or b"\r" in data:
        raise ValueError(f"an event may have no line break: {name!r}")
    return b"%b\n%b" % (head, data)


def read(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    """An entry as Redis returns it."""
    position, previous = position_of(entry_id.decode()), fields.get(b"p")
    before = position_of(previous.decode()) if previous is not None else None
    for name in (b"end", b"run"):
        if name in fields:
            return Entry(position, (), before, run_id=fields[name].decode(), is_end=name == b"end")
    count = int(fields[b"n"])
    if not count:
        return Entry(position, (), before)
    (milliseconds, last), lines = position, fields[b"d"].split(b"\n")
    first = last - count + 1
    events = [
        StreamEvent(f"{milliseconds}-{first + i}", lines[2 * i].decode(), lines[2 * i + 1])
        for i in range(count)
    ]
    return Entry(position, events, before, size=len(fields[b"d"]))


def marks(entry_id: bytes, fields: Mapping[bytes, bytes]) -> list[Mark]:
    """The marks in an entry, the newest first."""
    if b"k" not in fields:
        return []
    milliseconds, last = position_of(entry_id.decode())
    before_first = last - int(fields[b"n"])
    previous = fields.get(b"p")
    nothing_here = previous.decode() if previous is not None else None
    return [
        Mark(checkpoint_id, event_id((milliseconds, before_first + covered)) if covered else nothing_here)
        for covered, checkpoint_id in reversed(orjson.loads(fields[b"k"]))
    ]
