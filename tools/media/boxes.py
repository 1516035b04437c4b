"""What the boxes of a film say before it is decoded: whether it is whole, and whether it is encrypted.

ISO/IEC 14496-12 (boxes; 8.12, protected sample entries), RFC 8794 (EBML) and Microsoft's RIFF. ffmpeg opens
films that were cut or encrypted without a word, and decodes noise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_PROTECTED = {b"encv", b"enca", b"enct", b"encs", b"drms", b"drmi", b"drmt"}
_FOLDERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_MOST_BOXES = 100_000
_UNKNOWN = (1 << 56) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundness:
    """What is known of a file without decoding it."""

    is_encrypted: bool = False
    is_cut: bool = False  #: It says itself that it is longer than it is.


def inspect(path: Path, demuxer: str) -> Soundness:
    """Look at a film's boxes; formats without any are taken to be sound."""
    size = path.stat().st_size
    with path.open("rb") as file:
        match demuxer:
            case "mov":
                return _inspect_mov(file, size)
            case "matroska":
                return Soundness(is_cut=_matroska_end(file) > size)
            case "avi":
                head = file.read(8)
                return Soundness(is_cut=int.from_bytes(head[4:8], "little") + 8 > size)
            case _:
                return Soundness()


def _inspect_mov(file: BinaryIO, size: int) -> Soundness:
    kinds: set[bytes] = set()
    entries: set[bytes] = set()
    end_of_all = 0
    for kind, body, end in _boxes(file, 0, size):
        end_of_all = max(end_of_all, end)
        kinds.add(kind)
        if kind == b"stsd":
            entries.update(entry for entry, _, _ in _boxes(file, body + 8, end))
    is_cut = b"moov" not in kinds or end_of_all > size
    return Soundness(is_encrypted=not entries.isdisjoint(_PROTECTED), is_cut=is_cut)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning of the body and end of each box, those inside folders too."""
    stack = [(start, end)]
    for _ in range(_MOST_BOXES):
        if not stack:
            return
        at, limit = stack.pop()
        if at + 8 > limit:
            continue
        file.seek(at)
        head = file.read(16)
        length, kind, body = int.from_bytes(head[:4], "big"), head[4:8], at + 8
        if length == 1:
            length, body = int.from_bytes(head[8:16], "big"), at + 16
        elif length == 0:
            length = limit - at
        if length < body - at:
            continue  # no box: what follows cannot be found either
        stack.append((at + length, limit))
        if kind in _FOLDERS:
            stack.append((body, min(at + length, limit)))
        yield kind, body, at + length


def _matroska_end(file: BinaryIO) -> int:
    """Where its segment ends, in bytes; 0 when it does not say so."""
    file.seek(4)
    header = _vint(file)
    file.seek(header, 1)
    if file.read(4) != b"\x18\x53\x80\x67":
        return 0
    size = _vint(file)
    return 0 if size == _UNKNOWN else file.tell() + size


def _vint(file: BinaryIO) -> int:
    """A number of RFC 8794 section 4; of one that says "unknown", _UNKNOWN."""
    first = file.read(1)
    if not first or not first[0]:
        return 0
    length = 9 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & ((1 << (8 - length)) - 1)]) + file.read(length - 1), "big")
    return _UNKNOWN if value == (1 << (7 * length)) - 1 else value
