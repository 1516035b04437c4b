"""Values as bytes: LangGraph's serializer, and compression of what is worth it."""

import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.serde.base import SerializerProtocol

from server.checkpoint import layout

if TYPE_CHECKING or sys.version_info < (3, 14):
    import zstandard
else:
    from compression import zstd

COMPRESSED = "+zstd"
LEVEL = 1  # of 22; the higher ones cost more time than they save in transfer
_contexts = threading.local()


@dataclass(frozen=True, slots=True)
class Codec:
    """How values become bytes and come back.

    Args:
        serde: LangGraph's serializer, or an encrypted or custom one.
        compress_above: Compress values of more bytes than this; None never does. Values that an
            encrypting serializer wrote look random and are left alone.
    """

    serde: SerializerProtocol
    compress_above: int | None

    def dump(self, value: object) -> bytes:
        """A value as framed bytes."""
        kind, data = self.serde.dumps_typed(value)
        if self.compress_above is not None and len(data) > self.compress_above and "+" not in kind:
            smaller = _compress(data)
            if len(smaller) < len(data):
                kind, data = kind + COMPRESSED, smaller
        return layout.pack((kind, data))

    def restore(self, framed: bytes) -> Any:
        """The value of framed bytes, whether this codec compresses or not."""
        kind, data = layout.unpack(framed)
        if kind.endswith(COMPRESSED):
            kind, data = kind.removesuffix(COMPRESSED), _decompress(data)
        return self.serde.loads_typed((kind, data))


if TYPE_CHECKING or sys.version_info < (3, 14):

    def _compress(data: bytes) -> bytes:
        if not hasattr(_contexts, "compressor"):  # one a thread: they are not safe to share
            _contexts.compressor = zstandard.ZstdCompressor(level=LEVEL)
        return _contexts.compressor.compress(data)

    def _decompress(data: bytes) -> bytes:
        if not hasattr(_contexts, "decompressor"):
            _contexts.decompressor = zstandard.ZstdDecompressor()
        return _contexts.decompressor.decompress(data)

else:

    def _compress(data: bytes) -> bytes:
        return zstd.compress(data, LEVEL)

    def _decompress(data: bytes) -> bytes:
        return zstd.decompress(data)
