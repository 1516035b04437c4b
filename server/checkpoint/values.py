"""The values of a checkpoint on their way into Redis: which are stored, how, and which are there already."""

from collections.abc import Container, Mapping
from typing import Any

from langgraph.checkpoint.base import Checkpoint

from server.checkpoint import layout
from server.checkpoint.codec import is_plain
from server.checkpoint.memory import NOTHING, Seen
from server.checkpoint.pieces import LEAST, Pieces, following
from server.checkpoint.plan import Argument, Planner


class Values:
    """How each channel's value of one checkpoint is stored.

    A value that changes for the second time is stored in pieces. So a constant one keeps to the field of its
    version, which every saver knows without having seen it.

    Args:
        planner: What every plan needs.
        thread_id: The checkpoint's thread.
        namespace: Its namespace.
        checkpoint: The checkpoint with its values.
        changed: Channels whose values are new with it.
    """

    def __init__(
        self,
        planner: Planner,
        thread_id: str,
        namespace: str,
        checkpoint: Checkpoint,
        changed: Container[str],
    ) -> None:
        self._planner = planner
        self._thread_id, self._namespace = thread_id, namespace
        self._versions: dict[str, Any] = checkpoint["channel_versions"]
        self._values = checkpoint["channel_values"]
        self._blobs: dict[str, str] = {}
        self._needed: dict[str, list[str]] = {}
        self._stored: dict[str, tuple[str, bytes]] = {}
        self._seen: dict[str, Seen] = {}
        before = planner.memory.recall(thread_id, namespace)
        for channel in self._values:
            if channel in self._versions:
                self._place(channel, channel in changed, before)

    @property
    def blobs(self) -> list[str]:
        """Where all values lie, as the manifest names it."""
        return list(self._blobs.values())

    @property
    def needed(self) -> list[str]:
        """The fields that must be there already."""
        return [field for fields in self._needed.values() for field in fields]

    @property
    def stored(self) -> list[Argument]:
        """Field and value in turn of all that is to be stored."""
        return [argument for pair in self._stored.values() for argument in pair]

    def store_again(self, field: str) -> None:
        """Store the value whole to which this field belongs: it is gone, or was never there."""
        self._place(layout.channel_of(field), True, NOTHING)

    def remember(self) -> None:
        """Note what Redis has taken."""
        if self._seen:
            self._planner.memory.keep(self._thread_id, self._namespace, self._seen)

    def _place(self, channel: str, changed: bool, seen: Mapping[str, Seen]) -> None:
        version, before = self._versions[channel], seen.get(channel)
        if changed:
            blob = self._store(channel, version, before)
        elif before is not None and before.is_at(version):
            self._seen[channel] = before
            blob = before.blob(self._namespace, channel)
            self._needed[channel] = layout.fields_of(blob)
        else:
            blob = layout.blob_field(self._namespace, channel, version)
            self._needed[channel] = [blob]
        self._blobs[channel] = blob

    def _store(self, channel: str, version: str | float, before: Seen | None) -> str:
        """Store a value that is new. Returns its blob."""
        codec = self._planner.codec
        kind, raw = codec.serde.dumps_typed(self._values[channel])
        if len(raw) < LEAST or not is_plain(kind):
            blob = layout.blob_field(self._namespace, channel, version)
            self._needed[channel], self._stored[channel] = [], (blob, codec.frame(kind, raw))
            self._seen.pop(channel, None)
            return blob
        pieces = Pieces(raw, ()) if before is None else following(before.pieces, raw)
        self._seen[channel] = seen = Seen(version, kind, pieces)
        blob = seen.blob(self._namespace, channel)
        *self._needed[channel], field = layout.fields_of(blob)
        framed = codec.frame_piece(kind, pieces.stack[-1]) if pieces.stack else codec.frame(kind, raw)
        self._stored[channel] = field, framed
        return blob
