"""Which film a file is, by its first bytes. ffmpeg is told so, and is never left to guess.

Guessing is how a text file with the name of a film becomes a playlist that reads other files: ffmpeg has
readers for playlists, manifests and scripts, and none of those is in this table. Magic numbers are those of
the formats' specifications.
"""

from pathlib import Path

from tools.errors import InvalidInput

_HEAD = 1024
_TS_PACKET = 188  # bytes
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1aE\xdf\xa3", "matroska"),
    (b"FLV\x01", "flv"),
    (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\x00\xaa\x00b\xcel", "asf"),
    (b"\0\0\x01\xba", "mpeg"),
    (b"OggS", "ogg"),
)
_LISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"[playlist]", b"file ", b";FFMETADATA")


def demuxer_of(path: Path) -> str:
    """The name of ffmpeg's reader for this file.

    Raises:
        InvalidInput: "playlist_refused" for what only points to films, else "not_a_video".
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if (found := _by_magic(head)) is not None:
        return found
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_LISTS):
        raise InvalidInput(
            "the file is a playlist or a manifest: it only says where a film lies",
            hint="Upload the film itself.",
            code="playlist_refused",
        )
    raise InvalidInput(
        "the file is no film that this job reads, by its first bytes",
        hint="Upload MP4, MOV, MKV, WebM, AVI, FLV, WMV, MPEG or Ogg.",
        code="not_a_video",
    )


def _by_magic(head: bytes) -> str | None:
    if head[4:8] in _ATOMS:
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if len(head) > 2 * _TS_PACKET and {head[at] for at in (0, _TS_PACKET, 2 * _TS_PACKET)} == {0x47}:
        return "mpegts"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)
