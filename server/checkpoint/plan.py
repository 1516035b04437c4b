"""Plans: what to say to Redis, apart from how it is said.

A plan is a generator. It yields batches of commands, is sent the list of their replies, and returns its
result. It does no I/O, so one plan serves the asynchronous and the synchronous saver.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from server.checkpoint import layout
from server.checkpoint.codec import Codec
from server.checkpoint.errors import StaleFencingToken, incomplete
from server.checkpoint.lua import Script
from server.checkpoint.memory import Memory

T = TypeVar("T")
Argument = str | bytes | int
MAX_KNOWN = 10_000  # (thread, run) pairs that a saver remembers to have registered


@dataclass(frozen=True, slots=True)
class Command:
    """One command of Redis."""

    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class ScriptCall:
    """One call of a script on the four keys of a thread."""

    script: Script
    keys: tuple[str, ...]
    arguments: Sequence[Argument]


Batch = Sequence[Command | ScriptCall]
Replies = list[Any]
Plan = Generator[Batch, Replies, T]


@dataclass(frozen=True, kw_only=True, slots=True)
class SaverOptions:
    """How a saver keeps what it is given."""

    ttl: timedelta | None = None  #: A thread goes this long after its last write; None keeps it.
    refresh_on_read: bool = False  #: Reading a thread, too, makes it live longer.
    keep_last: int | None = None  #: Checkpoints to keep in each namespace; None keeps all.
    compress_above: int | None = 1024  #: Compress values of more bytes than this; None compresses none.
    memory: int = 32 * 2**20  #: Bytes to hold of latest values, to store what is new; 0 stores all whole.
    replicas: int = 0  #: Replicas that must confirm each put, put_writes and fence before it returns.
    replica_timeout: timedelta = timedelta(seconds=1)  #: How long they have for it.

    def __post_init__(self) -> None:
        if self.ttl is not None and self.ttl <= timedelta(0):
            raise ValueError(f"ttl must be positive, not {self.ttl!r}")
        if self.memory < 0:
            raise ValueError(f"memory must not be negative, but is {self.memory!r}")
        if self.keep_last is not None and self.keep_last < 1:
            raise ValueError(f"keep_last must be at least 1, not {self.keep_last!r}")
        if self.replicas < 0:
            raise ValueError(f"replicas must be 0 or more, not {self.replicas!r}")
        if self.replica_timeout <= timedelta(0):
            raise ValueError(f"replica_timeout must be positive, not {self.replica_timeout!r}")

    @property
    def ttl_argument(self) -> str:
        """The TTL as the scripts take it: milliseconds, or "" for none."""
        return milliseconds(self.ttl) if self.ttl is not None else ""


@dataclass(frozen=True, slots=True)
class Planner:
    """What every plan needs besides its own arguments."""

    codec: Codec
    options: SaverOptions
    memory: Memory
    known: dict[tuple[str, str], None] = field(default_factory=dict[tuple[str, str], None])
    tokens: Mapping[str, str] = field(default_factory=dict[str, str])  #: Of threads whose lease is held.

    def remember(self, thread_id: str, run_id: str) -> None:
        """Note that a thread and run are registered."""
        if len(self.known) >= MAX_KNOWN:
            self.known.clear()
        self.known[thread_id, run_id] = None


def milliseconds(duration: timedelta) -> str:
    """A duration as Redis takes it."""
    return str(max(1, duration // timedelta(milliseconds=1)))


def call(script: Script, thread_id: str, *arguments: Argument) -> ScriptCall:
    """A call of a script on a thread."""
    return ScriptCall(script, layout.thread_keys(thread_id), arguments)


def accepted(reply: list[Any], thread_id: str) -> list[Any]:
    """A script's reply, unless it is a refusal.

    Raises:
        CheckpointIncomplete: A part of the thread is gone.
        StaleFencingToken: A newer worker owns the thread.
    """
    status = reply[0]
    if status == b"incomplete":
        raise incomplete(thread_id, repr(reply[1].decode()))
    if status == b"stale":
        raise StaleFencingToken(thread_id, int(reply[1]))
    return reply
