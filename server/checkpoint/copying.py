"""The plan that copies a thread. The two may lie on different nodes, so the data goes through the client."""

from collections.abc import Iterator, Sequence

from server.checkpoint import layout, lua, registry
from server.checkpoint.errors import incomplete
from server.checkpoint.plan import Argument, Command, Plan, Planner, accepted, call

SCAN = 200  # fields that one step reads; their values may be large
ADOPTED = 1000  # names that one step lists


def copy_thread(planner: Planner, source: str, target: str) -> Plan[None]:
    """Copy all checkpoints of all namespaces with their writes; what the target has of its own stays.

    Copied is what is listed at the start. Values go first and the lists last, so that a copy which
    breaks off shows nothing half, and the next one completes it.
    """
    if source == target:
        return
    (reply,) = yield [call(lua.LIST, source, "-", "+", 1)]
    _, ids, writes, names = accepted(reply, source)
    if not ids and not writes:
        return
    copied = yield from _copy_data(source, target)
    _check_whole(source, copied, ids, writes)
    about = [name for name in names if name[1:2] == b"\x1f"]
    runs = [layout.split(name)[1] for name in about if name.startswith(b"r")]
    yield registry.entries(target, runs)
    for some_ids, some_writes in _steps(ids, writes):
        counts: list[Argument] = [len(some_ids), len(some_writes), len(about)]
        listed: list[Argument] = [planner.options.ttl_argument, *counts, *some_ids, *some_writes, *about]
        (reply,) = yield [call(lua.ADOPT, target, *listed)]
        accepted(reply, target)


def _copy_data(source: str, target: str) -> Plan[dict[bytes, list[str]]]:
    """Copy all fields. Returns those copied; a manifest's with the fields that it names."""
    source_key, target_key = layout.thread_keys(source)[1], layout.thread_keys(target)[1]
    copied: dict[bytes, list[str]] = {}
    cursor: bytes | int = 0
    while True:
        ((cursor, page),) = yield [Command(("HSCAN", source_key, cursor, "COUNT", SCAN))]
        if page:
            yield [Command(("HSET", target_key, *(part for pair in page.items() for part in pair)))]
        for field, value in page.items():
            is_manifest = field.startswith(b"m\x1f")
            copied[field] = _fields_named(value) if is_manifest else []
        if int(cursor) == 0:
            return copied


def _fields_named(manifest: bytes) -> list[str]:
    blobs = layout.unpack_manifest(manifest).blobs
    return [field for blob in blobs for field in layout.fields_of(blob)]


def _check_whole(
    source: str, copied: dict[bytes, list[str]], ids: Sequence[bytes], writes: Sequence[bytes]
) -> None:
    """Raise CheckpointIncomplete when something listed was not there to copy."""
    for name in ids:
        manifest = b"m\x1f" + name
        wanted = [b"c\x1f" + name, manifest, *(named.encode() for named in copied.get(manifest, []))]
        if any(field not in copied for field in wanted):
            raise incomplete(source, repr(name.decode()))
    for name in writes:
        if b"w\x1f" + name not in copied:
            raise incomplete(source, repr(name.decode()))


def _steps(
    ids: Sequence[bytes], writes: Sequence[bytes]
) -> Iterator[tuple[Sequence[bytes], Sequence[bytes]]]:
    """The writes in portions, then the ids, so that a listed checkpoint has all of its writes."""
    for start in range(0, len(writes), ADOPTED):
        yield (), writes[start : start + ADOPTED]
    for start in range(0, len(ids), ADOPTED):
        yield ids[start : start + ADOPTED], ()
