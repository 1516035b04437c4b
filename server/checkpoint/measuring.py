"""The plan that measures what a thread takes up. The fields' names come to the client, not their values."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.checkpoint import layout
from server.checkpoint.plan import Command, Plan

AT_ONCE = 500  # fields whose sizes one round trip asks for


@dataclass(slots=True)
class Section:
    """One kind of thing."""

    count: int = 0
    bytes: int = 0

    def add(self, size: int) -> None:
        """One more of it."""
        self.count += 1
        self.bytes += size


@dataclass(slots=True)
class Storage:
    """What a thread takes up, in bytes as they are stored."""

    checkpoints: Section = field(default_factory=Section)
    writes: Section = field(default_factory=Section)
    channels: dict[str, Section] = field(default_factory=lambda: defaultdict[str, Section](Section))
    #: Stored values, or pieces of values, by channel.

    def add(self, name: bytes, size: int) -> None:
        """One field."""
        kind = name[:1]
        if kind == b"c":
            self.checkpoints.add(size)
        elif kind == b"m":
            self.checkpoints.bytes += size
        elif kind == b"w":
            self.writes.add(size)
        else:
            self.channels[layout.channel_of(name.decode())].add(size)


def measure(thread_id: str) -> Plan[Storage]:
    """Measure a thread; one that is not there takes up nothing."""
    key, storage = layout.thread_keys(thread_id)[1], Storage()
    names: Sequence[bytes]
    (names,) = yield [Command(("HKEYS", key))]
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        sizes = yield [Command(("HSTRLEN", key, name)) for name in some]
        for name, size in zip(some, sizes, strict=True):
            storage.add(name, int(size))
    return storage
