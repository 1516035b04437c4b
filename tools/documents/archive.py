"""Files in a ZIP archive that nobody vouches for."""

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from tools.documents.document import MAX_ENTRIES, MAX_INFLATED_BYTES, MAX_RATIO
from tools.errors import InputTooLarge, InvalidInput

_CHUNK = 64 * 1024  # bytes inflated between two looks at the limit
_SMALL = 1024 * 1024  # bytes; a file up to this size may be compressed at any ratio
_ENTRY_MARK = b"PK\x01\x02"  # begins each entry of the archive's directory
_ENCRYPTED = 0x1


class Archive:
    """A ZIP archive in memory. Limits hold for what it declares, and again for what comes out of it."""

    def __init__(self, data: bytes) -> None:
        """Read the directory.

        Raises:
            InputTooLarge: "archive_bomb": too many files, too large, or too strongly compressed.
            InvalidInput: "broken_archive", or "unsafe_archive" for a name that leads out of the archive.
        """
        if (
            data.count(_ENTRY_MARK) > MAX_ENTRIES
        ):  # counted first: reading the directory costs memory per entry
            raise _bomb(f"it holds more than {MAX_ENTRIES} files")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise _broken(str(error)) from error
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        self._inflated = 0
        declared = 0
        for entry in self._zip.infolist():
            _check(entry)
            declared += entry.file_size
        if declared > MAX_INFLATED_BYTES:
            raise _bomb(f"its files are larger than {MAX_INFLATED_BYTES} bytes together")

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def size(self, name: str) -> int:
        """The bytes that one file says it has, inflated; 0 where there is none."""
        entry = self._entries.get(name)
        return entry.file_size if entry else 0

    def read(self, name: str) -> bytes:
        """The content of one file.

        Raises:
            InputTooLarge: "archive_bomb": more comes out of the archive than is allowed.
            InvalidInput: "broken_archive" (no such file, or damaged) or "encrypted_document".
        """
        entry = self._entries.get(name)
        if entry is None:
            raise _broken(f"{name!r} is missing")
        if entry.flag_bits & _ENCRYPTED:
            raise InvalidInput(
                "the archive is protected by a password",
                hint="Remove the password.",
                code="encrypted_document",
            )
        try:
            return self._inflate(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise _broken(f"{name!r} cannot be read: {error}") from error

    def _inflate(self, entry: zipfile.ZipInfo) -> bytes:
        chunks: list[bytes] = []
        with self._zip.open(entry) as file:
            while chunk := file.read(_CHUNK):
                self._inflated += len(chunk)
                if self._inflated > MAX_INFLATED_BYTES:
                    raise _bomb(f"more than {MAX_INFLATED_BYTES} bytes come out of it")
                chunks.append(chunk)
        return b"".join(chunks)


def _check(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise InvalidInput(
            f"the archive holds a file named {entry.filename!r}, which leads out of it",
            hint="Export the book again.",
            code="unsafe_archive",
        )
    if entry.file_size > max(_SMALL, MAX_RATIO * entry.compress_size):
        raise _bomb(f"{entry.filename!r} is compressed more than {MAX_RATIO} times")


def _bomb(reason: str) -> InputTooLarge:
    return InputTooLarge(
        f"the archive is not opened: {reason}",
        hint="Export the book without large media.",
        code="archive_bomb",
    )


def _broken(reason: str) -> InvalidInput:
    return InvalidInput(
        f"the archive is damaged: {reason}", hint="Download or export the book again.", code="broken_archive"
    )
