"""What a file is, by its first bytes: what its sender says of it is not believed.

Magic numbers are those of the formats' specifications and of the WHATWG's MIME Sniffing standard (sections 6
and 7); names of types are those of https://www.iana.org/assignments/media-types.
"""

import mimetypes
import re
from pathlib import PurePosixPath

from tools.errors import InvalidInput

HEAD = 4096  # bytes that are enough to tell
BINARY = "application/octet-stream"
PROGRAM = "application/x-executable"

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"\0\0\x01\0", "image/x-icon"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\0\0\x01\xba", "video/mpeg"),
    (0, b"\0\0\x01\xb3", "video/mpeg"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\x7fELF", PROGRAM),
    (0, b"\xca\xfe\xba\xbe", PROGRAM),
    (0, b"\xfe\xed\xfa\xce", PROGRAM),
    (0, b"\xfe\xed\xfa\xcf", PROGRAM),
    (0, b"\xce\xfa\xed\xfe", PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", PROGRAM),
    (0, b"\0asm", PROGRAM),
    (0, b"#!", PROGRAM),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_M4 = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"avif": "image/avif", b"heic": "image/heic"}
#: What the name of a zip or a text may make of it; every one of them is a zip or a text in truth.
_OF_ZIP = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".epub": "application/epub+zip",
    ".odt": "application/vnd.oasis.opendocument.text",
}
_OF_TEXT = {
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".ass": "text/x-ssa",
    ".ssa": "text/x-ssa",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
_HTML = re.compile(
    rb"(<!doctype html|<html|<head|<script|<iframe|<body|<style|<title|<a[ >]|<img|<br|<p>)", re.IGNORECASE
)
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})  # that no text has


def media_type(head: bytes, name: str) -> str:
    """The media type of a file.

    Args:
        head: Its first HEAD bytes, or all.
        name: Picks among the types that the content leaves open, and never against it.
    """
    extension = PurePosixPath(name.lower()).suffix
    found = _by_magic(head)
    if found == "application/zip":
        return _OF_ZIP.get(extension, found)
    if found is not None:
        return found
    return _text(head, extension) or BINARY


def refuse_program(found: str, name: str) -> None:
    """Raise InvalidInput for a program: nothing here works with one, and people may start it."""
    if found == PROGRAM:
        raise InvalidInput(
            f"{name!r} is a program by its first bytes, whatever its name.",
            hint="Send documents, images, sound, video or text.",
            code="file_type_refused",
        )


def is_zip(found: str) -> bool:
    """Whether a media type is that of a zip, or of a document that is one."""
    return found == "application/zip" or found in _OF_ZIP.values()


def is_video(found: str) -> bool:
    """Whether the limit for video counts."""
    return found.startswith("video/")


def _by_magic(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], BINARY)
    if head[4:8] == b"ftyp":
        return _M4.get(head[8:12], "video/quicktime" if head[8:12] == b"qt  " else "video/mp4")
    if head[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:2] == b"MZ" and b"\0" in head[:64]:
        return PROGRAM
    for offset, magic, found in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return found
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and _is_binary(head):
        return "audio/mpeg"  # a frame without a tag before it: eleven bits of sync, then a layer
    return None


def _text(head: bytes, extension: str) -> str | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _OF_TEXT.get(extension, "text/plain")  # UTF-16, which is full of zeros
    if _is_binary(head):
        return None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lowered = start[:1024].lower()
    if b"<svg" in lowered and start[:1] == b"<":
        return "image/svg+xml"
    if _HTML.match(start):
        return "text/html"
    if start[:5] == b"<?xml":
        return "application/xml"
    if extension in (".html", ".htm", ".xhtml", ".js", ".mjs", ".svg", ".xml", ".css"):
        return mimetypes.guess_type(f"x{extension}")[0] or "text/plain"
    return _OF_TEXT.get(extension, "text/plain")


def _is_binary(head: bytes) -> bool:
    return len(head.translate(None, _CONTROL)) < len(head)
