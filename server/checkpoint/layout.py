"""How checkpoints lie in Redis. Pure: plans names and bytes, touches no connection.

Everything of one (thread, namespace) lies in three keys that share the thread's hash tag:

- a HASH with a field per checkpoint (``c|id``), per list of the blobs that it refers to (``m|id``), per
  channel value (``b|channel|version``) and per pending write (``w|id|task|index``);
- a ZSET of the checkpoint ids, all of score 0, so that lexicographic order is time order;
- a ZSET of the write names, all of score 0, so that the writes of one checkpoint are one range.

One more key per thread is the SET of its namespaces. A field's value is framed as one byte for the length
of the type's name, the name, and the bytes: whatever serializer wrote it can read it, encrypted or not.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from server import keys

SEPARATOR = "\x1f"  # ASCII unit separator; escaped where a name contains it
_ESCAPES = str.maketrans({"%": "%25", SEPARATOR: "%1F", "\x00": "%00"})


@dataclass(frozen=True, slots=True)
class NamespaceKeys:
    """The three keys of one (thread, namespace)."""

    data: str
    checkpoints: str
    writes: str


def namespaces_key(thread_id: str) -> str:
    """The SET of a thread's namespaces."""
    return f"{keys.checkpoint_thread(thread_id)}:namespaces"


def namespace_keys(thread_id: str, namespace: str) -> NamespaceKeys:
    """Where a thread's namespace lies."""
    prefix = f"{keys.checkpoint_thread(thread_id)}:{keys.tag(namespace)}"
    return NamespaceKeys(data=f"{prefix}:data", checkpoints=f"{prefix}:ids", writes=f"{prefix}:writes")


def checkpoint_field(checkpoint_id: str) -> str:
    """The field of a checkpoint's record."""
    return _join("c", checkpoint_id)


def manifest_field(checkpoint_id: str) -> str:
    """The field of the list of blob fields that a checkpoint refers to."""
    return _join("m", checkpoint_id)


def blob_field(channel: str, version: str | float) -> str:
    """The field of one channel's value at one version; versions keep their type apart."""
    return _join("b", channel, f"{type(version).__name__}:{version}")


def write_name(checkpoint_id: str, task_id: str, index: int) -> str:
    """The name of a pending write; negative indexes are LangGraph's special channels."""
    return _join(checkpoint_id, task_id, f"{index:+06d}")


def write_field(name: str) -> str:
    """The field of a pending write."""
    return f"w{SEPARATOR}{name}"


def write_range(checkpoint_id: str) -> tuple[bytes, bytes]:
    """The lexicographic range of the names of one checkpoint's writes."""
    start = _join(checkpoint_id, "").encode()
    return b"[" + start, b"(" + start[:-1] + bytes([start[-1] + 1])


def pack_manifest(fields: Iterable[str]) -> bytes:
    """A list of field names as bytes."""
    return "\x00".join(fields).encode()


def unpack_manifest(packed: bytes) -> list[str]:
    """The reverse of pack_manifest."""
    return packed.decode().split("\x00") if packed else []


def channel_of(field: str) -> str:
    """The channel that a blob field holds."""
    return _unescape(field.split(SEPARATOR)[1])


def text(name: bytes | str) -> str:
    """A name as redis-py returned it."""
    return name.decode() if isinstance(name, bytes) else name


def pack(typed: tuple[str, bytes]) -> bytes:
    """A serializer's (type, bytes) as one value."""
    name, data = typed
    return struct.pack("B", len(name)) + name.encode() + data


def unpack(value: bytes) -> tuple[str, bytes]:
    """The reverse of pack."""
    end = 1 + value[0]
    return value[1:end].decode(), value[end:]


def _join(*parts: str) -> str:
    return SEPARATOR.join(part.translate(_ESCAPES) for part in parts)


def _unescape(part: str) -> str:
    return part.replace("%00", "\x00").replace("%1F", SEPARATOR).replace("%25", "%")
