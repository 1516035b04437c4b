"""The values of a checkpoint on their way into Redis: which are stored, how, and which are there already."""

from collections.abc import Iterable, Mapping
from typing import Any

from langgraph.checkpoint.base import Checkpoint

from server.checkpoint import layout, pieces
from server.checkpoint.codec import is_plain
from server.checkpoint.memory import Seen
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
        self, planner: Planner, thread_id: str, namespace: str, checkpoint: Checkpoint, changed: Iterable[str]
    ) -> None:
        self._planner = planner
        self._thread_id, self._namespace = thread_id, namespace
        self._versions: Mapping[str, Any] = checkpoint["channel_versions"]
        self._values = checkpoint["channel_values"]
        self._stored: dict[str, tuple[str, bytes]] = {}
        self._seen: dict[str, Seen] = {}
        self.blobs: dict[str, str] = {}  #: Blob by channel.
        for channel in self._values:
            if channel in self._versions:
                self.blobs[channel] = self._blob(channel, channel in changed)

    def arguments(self) -> list[Argument]:
        """Field and value in turn of all that is to be stored."""
        return [argument for pair in self._stored.values() for argument in pair]

    def store_again(self, field: str) -> None:
        """Store the value whole to which this field belongs: it is gone, or was never there."""
        channel = layout.channel_of(field)
        self._planner.memory.forget((self._thread_id, self._namespace, channel))
        self.blobs[channel] = self._blob(channel, True)

    def remember(self) -> None:
        """Note what Redis has taken."""
        for channel, seen in self._seen.items():
            self._planner.memory.keep((self._thread_id, self._namespace, channel), seen)

    def _blob(self, channel: str, changed: bool) -> str:
        version = self._versions[channel]
        before = self._planner.memory.recall((self._thread_id, self._namespace, channel))
        if before and before.pieces and before.version == version:
            return layout.piece_blob(self._namespace, channel, [one.name for one in before.pieces.stack])
        if not changed:
            return layout.blob_field(self._namespace, channel, version)
        return self._new_blob(channel, version, before)

    def _new_blob(self, channel: str, version: str | float, before: Seen | None) -> str:
        codec, value = self._planner.codec, self._values[channel]
        kind, raw = codec.serde.dumps_typed(value)
        can_be_cut = len(raw) >= pieces.LEAST and is_plain(kind)
        if not can_be_cut or before is None:
            field = layout.blob_field(self._namespace, channel, version)
            self._stored[channel] = field, codec.frame(kind, raw)
            if can_be_cut:
                self._seen[channel] = Seen(version, None)
            return field
        cut = pieces.following(before.pieces, raw)
        own = cut.stack[-1]
        field = layout.piece_blob(self._namespace, channel, [own.name])
        self._stored[channel] = field, codec.frame_piece(kind, own)
        self._seen[channel] = Seen(version, cut)
        return layout.piece_blob(self._namespace, channel, [one.name for one in cut.stack])
