"""How checkpoints lie in Redis. Pure: plans names and bytes, touches no connection.

Everything of one thread lies in four keys that share the thread's hash tag, whatever its namespaces:

- ``meta``, a small HASH: its namespaces (``n|ns``) and runs (``r|run``), the highest fencing token, a TTL of
  its own, and a mark for each key below that must exist, so that an evicted key is missed;
- ``data``, a HASH with a field per checkpoint (``c|ns|id``), per manifest of a checkpoint (``m|ns|id``), per
  channel value (``b|ns|channel|version``), per piece of a value that changed more than once
  (``p|ns|channel|piece``, see `pieces`), and per pending write (``w|ns|id|task|index``);
- ``ids``, a ZSET of ``ns|id``, all of score 0, so that lexicographic order is time order;
- ``writes``, a ZSET of ``ns|id|task|index``, so that the writes of one checkpoint are one range.

The number of keys never grows: one UNLINK deletes a thread, and no TTL can part it from a piece of itself.
``|`` stands for the unit separator, escaped where a name contains it. A manifest is what the server must
understand of a checkpoint: its parent, its run, the channels whose state lies in ancestors, and its blobs. A
blob is the field of a value, or, for one in pieces, ``p|ns|channel|piece|piece…``, the lowest piece first. No
field of a piece is ever written twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from server import keys

SEPARATOR = "\x1f"  # ASCII unit separator
_NUL = "\x00"
_ESCAPES = str.maketrans({"%": "%25", SEPARATOR: "%1F", _NUL: "%00"})


@lru_cache(maxsize=1000)
def thread_keys(thread_id: str) -> tuple[str, str, str, str]:
    """The four keys of a thread: meta, data, ids, writes."""
    prefix = keys.checkpoint_thread(thread_id)
    return f"{prefix}:meta", f"{prefix}:data", f"{prefix}:ids", f"{prefix}:writes"


def join(*parts: str) -> str:
    """Names as one name, from which `split` gives them back."""
    return SEPARATOR.join([escape(part) for part in parts])


def split(name: bytes) -> list[str]:
    """The reverse of join, on a name as Redis returns it."""
    return [_unescape(part) for part in name.decode().split(SEPARATOR)]


def listed(parts: Iterable[str]) -> str:
    """Names as one argument, which Lua takes apart at each NUL."""
    return _NUL.join(parts)


def escape(part: str) -> str:
    """A name in which neither the separator nor NUL occurs."""
    return part.translate(_ESCAPES)


def record_field(name: str) -> str:
    """The field of the record of the checkpoint of this name (``ns|id``)."""
    return f"c{SEPARATOR}{name}"


def manifest_field(name: str) -> str:
    """The field of the manifest of the checkpoint of this name (``ns|id``)."""
    return f"m{SEPARATOR}{name}"


def blob_field(namespace: str, channel: str, version: str | float) -> str:
    """The field of one channel's value at one version; versions keep their type apart."""
    # No escaped text has a percent sign before a letter, so no string looks like another type's version.
    label = escape(version) if isinstance(version, str) else f"%{type(version).__name__}:{version}"
    return f"b{SEPARATOR}{_place(namespace, channel)}{SEPARATOR}{label}"


def piece_blob(namespace: str, channel: str, names: Iterable[str]) -> str:
    """The blob of a value in pieces; of one piece, that piece's field."""
    return SEPARATOR.join(["p", _place(namespace, channel), *names])


def pieces_of(blob: str) -> list[str]:
    """The names of a blob's pieces; none for a value that is in one field."""
    return blob.split(SEPARATOR)[3:] if blob.startswith("p") else []


def fields_of(blob: str) -> list[str]:
    """The fields of a blob, the lowest piece first."""
    if blob.startswith("b"):
        return [blob]
    kind, namespace, channel, *names = blob.split(SEPARATOR)
    prefix = SEPARATOR.join((kind, namespace, channel))
    return [f"{prefix}{SEPARATOR}{name}" for name in names]


def own_field(blob: str) -> str:
    """The field of a blob that no piece is over."""
    return fields_of(blob)[-1]


def write_name(name: str, task_id: str, index: int) -> str:
    """The name of a pending write of a checkpoint; negative indexes are LangGraph's special channels."""
    return f"{name}{SEPARATOR}{escape(task_id)}{SEPARATOR}{index:+06d}"


def name_range(prefix: str) -> tuple[bytes, bytes]:
    """The lexicographic range (inclusive, exclusive) of the names that continue this one."""
    start = prefix.encode()
    return b"[" + start + b"\x1f", b"(" + start + b"\x20"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the server itself must know of a checkpoint."""

    parent: str = ""  #: Id of the checkpoint before it, or "".
    run: str = ""  #: Id of the run that made it, or "".
    from_ancestors: Iterable[str] = ()  #: Channels that are rebuilt from the ancestors' writes.
    blobs: list[str] = field(default_factory=list[str])  #: Where its channels' values lie.

    def pack(self) -> str:
        """As one value, which Lua can take apart at each NUL."""
        needed = join(*self.from_ancestors)
        return _NUL.join([escape(self.parent), escape(self.run), needed, *self.blobs])


def unpack_manifest(packed: bytes) -> Manifest:
    """The reverse of Manifest.pack."""
    parent, run, needed, *blobs = packed.decode().split(_NUL)
    channels = split(needed.encode()) if needed else []
    return Manifest(_unescape(parent), _unescape(run), channels, blobs)


def channel_of(blob: str) -> str:
    """The channel that a blob, or a field of one, holds."""
    return _unescape(blob.split(SEPARATOR, 3)[2])


def pack(typed: tuple[str, bytes]) -> bytes:
    """A serializer's (type, bytes) as one value: the length of the type's name, the name, the bytes."""
    name = typed[0].encode()
    return b"%c%b%b" % (len(name), name, typed[1])


def unpack(value: bytes) -> tuple[str, bytes]:
    """The reverse of pack."""
    end = 1 + value[0]
    return value[1:end].decode(), value[end:]


def pack_write(task_path: str, channel: str, packed: bytes) -> bytes:
    """A pending write: its path and channel, readable, before its value."""
    return b"%b\x00%b" % (join(task_path, channel).encode(), packed)


def unpack_write(value: bytes) -> tuple[str, str, bytes]:
    """The reverse of pack_write."""
    head, packed = value.split(b"\x00", 1)
    task_path, channel = split(head)
    return task_path, channel, packed


@lru_cache(maxsize=1000)
def _place(namespace: str, channel: str) -> str:
    return join(namespace, channel)


def _unescape(part: str) -> str:
    if "%" not in part:
        return part
    return part.replace("%00", _NUL).replace("%1F", SEPARATOR).replace("%25", "%")
