"""Bounds on what archives and compressed files unpack to, before anybody unpacks them.

A bomb is small and unpacks to more than a machine has. Every archive is measured by unpacking it to nowhere,
under limits on the total, on its ratio to the packed size, on the number of entries and on archives inside
archives (D. Fifield, "A better zip bomb", WOOT 2019, for entries that overlap).
"""

import bz2
import gzip
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from tools.errors import InputTooLarge, InvalidInput
from tools.storage.sniffing import HEAD, is_zip, media_type

MAX_UNPACKED = 1024**3  # bytes of all entries, at every depth
MAX_RATIO = 200  # unpacked to packed; text packs to a tenth
SMALL = 10 * 1024**2  # bytes that may unpack from anything
MAX_ENTRIES = 10_000
MAX_DEPTH = 2  # a document inside an archive is an archive inside an archive
_MAX_DIRECTORY = 4 * 1024**2  # bytes of a zip's directory, which is read whole
_CHUNK = 64 * 1024
_END = struct.Struct("<4s4H2LH")  # a zip's end of central directory: APPNOTE.TXT 4.3.16
_STREAMS = {
    "application/gzip": gzip.open,
    "application/x-bzip2": bz2.open,
    "application/x-xz": lzma.open,
}
_OPAQUE = ("application/x-7z-compressed", "application/vnd.rar", "application/zstd")


def check(path: Path, found: str) -> None:
    """Refuse a bomb.

    Args:
        path: A file of any kind.
        found: Its media type by its first bytes.

    Raises:
        InvalidInput: It is damaged, or cannot be measured, or has names that leave their folder.
        InputTooLarge: It unpacks to more than is allowed.
    """
    with path.open("rb") as file:
        _check(file, found, _Budget(packed=path.stat().st_size, scratch=path.parent), depth=1)


@dataclass
class _Budget:
    """What is left to unpack."""

    packed: int
    scratch: Path  #: Where archives inside archives lie while they are looked at.
    unpacked: int = 0
    entries: int = 0

    def take(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > MAX_UNPACKED:
            raise _bomb(f"unpacks to more than {MAX_UNPACKED} bytes")
        if self.unpacked > SMALL and self.unpacked > MAX_RATIO * self.packed:
            raise _bomb(f"unpacks to more than {MAX_RATIO} times its size")

    def enter(self, entries: int) -> None:
        self.entries += entries
        if self.entries > MAX_ENTRIES:
            raise _bomb(f"has more than {MAX_ENTRIES} entries")


def _check(file: IO[bytes], found: str, budget: _Budget, *, depth: int) -> None:
    if found in _OPAQUE:
        raise InvalidInput(
            f"Archives of the type {found} are not taken: what they unpack to cannot be told.",
            hint="Send a zip file, or the files one by one.",
            code="file_type_refused",
        )
    if not (found in _STREAMS or is_zip(found) or _opens_as_zip(file)):
        return
    if depth > MAX_DEPTH:
        raise _bomb(f"has archives inside archives, more than {MAX_DEPTH} deep")
    try:
        if found in _STREAMS:
            with _STREAMS[found](file, "rb") as unpacked:
                _measure(unpacked, budget, depth)  # type: ignore[arg-type]
        else:
            _check_zip(file, budget, depth)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, lzma.LZMAError, NotImplementedError) as error:
        raise InvalidInput(
            f"The archive is damaged or of a kind that cannot be read: {error}.",
            hint="Pack it again, without a password, and send it whole.",
            code="archive_damaged",
        ) from error


def _opens_as_zip(file: IO[bytes]) -> bool:
    """Whether it can be opened as a zip, whatever it begins with: as zipfile finds out."""
    found = _find_directory(file)
    if found is None:
        return False
    file.seek(max(0, found.start))
    is_there = found.size == 0 or file.read(4) == b"PK\x01\x02"
    file.seek(0)
    return is_there


@dataclass
class _Directory:
    """A zip's directory by what stands after it."""

    start: int  #: Offset in the file.
    size: int  #: Bytes.


def _find_directory(file: IO[bytes]) -> _Directory | None:
    size = file.seek(0, 2)
    tail_starts = max(0, size - _END.size - 0xFFFF)
    file.seek(tail_starts)
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return None
    length = _END.unpack_from(tail, at)[5]
    return _Directory(start=tail_starts + at - length, size=length)


def _check_zip(file: IO[bytes], budget: _Budget, depth: int) -> None:
    directory = _find_directory(file)
    if directory is not None and directory.size > _MAX_DIRECTORY:
        raise _bomb(f"has a directory of more than {_MAX_DIRECTORY} bytes")
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        budget.enter(len(entries))
        _check_overlap(entries)
        for entry in entries:
            _check_name(entry.filename)
            if entry.flag_bits & 1:
                raise NotImplementedError("it is encrypted")
            if entry.is_dir():
                continue
            with archive.open(entry) as unpacked:
                _measure(unpacked, budget, depth)


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise _bomb("has entries that share bytes")
        end = entry.header_offset + 30 + entry.compress_size


def _check_name(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in name or (len(name) > 1 and name[1] == ":"):
        raise InvalidInput(
            f"The archive has an entry that leaves its folder: {name[:100]!r}.",
            hint="Pack it with names below one folder.",
            code="archive_unsafe",
        )


def _measure(unpacked: IO[bytes], budget: _Budget, depth: int) -> None:
    """Count what comes out, and look into what is an archive itself."""
    head = unpacked.read(HEAD)
    budget.take(len(head))
    found = media_type(head, "")
    with ExitStack() as stack:
        kept = None
        if found in (*_STREAMS, *_OPAQUE, "application/zip"):
            kept = stack.enter_context(tempfile.TemporaryFile(dir=budget.scratch))
            kept.write(head)
        for chunk in _chunks(unpacked):
            budget.take(len(chunk))
            if kept is not None:
                kept.write(chunk)
        if kept is not None:
            kept.seek(0)
            _check(kept, found, budget, depth=depth + 1)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _bomb(what: str) -> InputTooLarge:
    return InputTooLarge(f"The archive {what}.", hint="Send its files one by one.", code="archive_too_large")
