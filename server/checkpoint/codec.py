"""Values as bytes: LangGraph's serializer, and compression of what is worth it."""

import struct
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.serde.base import SerializerProtocol

from server.checkpoint import layout
from server.checkpoint.pieces import Piece, Pieces, rebuilt

if TYPE_CHECKING or sys.version_info < (3, 14):
    import zstandard
else:
    from compression import zstd

COMPRESSED = "+zstd"
PART = "+part"  # of a piece that needs those under it
_RUN = struct.Struct(">QQI")  # where a piece's run starts and ends, and how long its head is
LEVEL = 1  # of 22; the higher ones cost more time than they save in transfer
HASH_LOG = 12  # a table of 16 KB stays in the processor's cache; a larger one saves no more than 3 %
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
        return self.frame(*self.serde.dumps_typed(value))

    def frame(self, kind: str, data: bytes) -> bytes:
        """What a serializer has written, framed."""
        return self._frame(kind, data) if is_plain(kind) else layout.pack((kind, data))

    def frame_piece(self, kind: str, piece: Piece) -> bytes:
        """A piece of a value of that kind, framed."""
        if piece.is_whole:
            return self._frame(kind, piece.tail)
        run = _RUN.pack(piece.start, piece.end, len(piece.head))
        return self._frame(kind + PART, run + piece.head + piece.tail)

    def restore(self, framed: bytes) -> Any:
        """The value of framed bytes, whether this codec compresses or not."""
        return self.serde.loads_typed(_unframed(framed))

    def restore_pieces(self, frames: Sequence[bytes]) -> Any:
        """The value of framed pieces, the lowest first."""
        kind, pieces = unframed([""] * len(frames), frames)
        return self.serde.loads_typed((kind, pieces.raw))

    def _frame(self, kind: str, data: bytes) -> bytes:
        if self.compress_above is not None and len(data) > self.compress_above:
            smaller = _compress(data)
            if len(smaller) < len(data):
                kind, data = kind + COMPRESSED, smaller
        return layout.pack((kind, data))


def is_plain(kind: str) -> bool:
    """Whether a serializer's bytes are as they seem; those of an encrypting one look random."""
    return "+" not in kind


def unframed(names: Sequence[str], frames: Sequence[bytes]) -> tuple[str, Pieces]:
    """What a serializer has written, of framed pieces, the lowest first; without names, of a value in one."""
    if not names:
        kind, raw = _unframed(frames[0])
        return kind, Pieces(raw, ())
    kind, stack = "", list[Piece]()
    for name, framed in zip(names, frames, strict=True):
        kind, data = _unframed(framed)
        stack.append(_piece(name, kind, data))
    return kind.removesuffix(PART), Pieces(rebuilt(stack), tuple(stack))


def _unframed(framed: bytes) -> tuple[str, bytes]:
    kind, data = layout.unpack(framed)
    if kind.endswith(COMPRESSED):
        return kind.removesuffix(COMPRESSED), _decompress(data)
    return kind, data


def _piece(name: str, kind: str, data: bytes) -> Piece:
    if not kind.endswith(PART):
        return Piece(name, 0, 0, b"", data)
    start, end, head = _RUN.unpack_from(data)
    middle = _RUN.size + head
    return Piece(name, start, end, data[_RUN.size : middle], data[middle:])


if TYPE_CHECKING or sys.version_info < (3, 14):

    def _compress(data: bytes) -> bytes:
        if not hasattr(_contexts, "compressor"):  # one a thread: they are not safe to share
            parameters = zstandard.ZstdCompressionParameters(compression_level=LEVEL, hash_log=HASH_LOG)
            _contexts.compressor = zstandard.ZstdCompressor(compression_params=parameters)
        return _contexts.compressor.compress(data)

    def _decompress(data: bytes) -> bytes:
        if not hasattr(_contexts, "decompressor"):
            _contexts.decompressor = zstandard.ZstdDecompressor()
        return _contexts.decompressor.decompress(data)

else:
    _OPTIONS = {
        zstd.CompressionParameter.compression_level: LEVEL,
        zstd.CompressionParameter.hash_log: HASH_LOG,
    }

    def _compress(data: bytes) -> bytes:
        return zstd.compress(data, options=_OPTIONS)

    def _decompress(data: bytes) -> bytes:
        return zstd.decompress(data)
