"""Which film a file is, by its first bytes."""

from pathlib import Path

import pytest

from tools.errors import InvalidInput
from tools.media.boxes import inspect
from tools.media.containers import demuxer_of


def _box(kind: bytes, body: bytes = b"") -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def _film(folder: Path, data: bytes) -> Path:
    path = folder / "film"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (_box(b"ftyp", b"isom"), "mov"),
        (_box(b"moov"), "mov"),
        (b"\x1aE\xdf\xa3\x01", "matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"FLV\x01\x05", "flv"),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "asf"),
        (b"\0\0\x01\xba", "mpeg"),
        ((b"\x47" + bytes(187)) * 3, "mpegts"),
        (b"OggS\0", "ogg"),
    ],
)
def test_a_film_is_told_by_its_first_bytes(tmp_path: Path, head: bytes, demuxer: str) -> None:
    assert demuxer_of(_film(tmp_path, head + bytes(16))) == demuxer


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "playlist_refused"),
        (b"\xef\xbb\xbf  ffconcat version 1.0\nfile /etc/passwd\n", "playlist_refused"),
        (b"<?xml version='1.0'?><MPD/>", "playlist_refused"),
        (b"file '/etc/passwd'\n", "playlist_refused"),
        (b"RIFF\0\0\0\0WAVEfmt ", "not_a_video"),
        (b"\x47 text that begins like a transport stream", "not_a_video"),
        (b"", "not_a_video"),
    ],
)
def test_what_is_no_film_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        demuxer_of(_film(tmp_path, data))

    assert raised.value.code == code


def _moov(entry: bytes) -> bytes:
    stsd = _box(b"stsd", bytes(8) + _box(entry, bytes(16)))
    return _box(b"moov", _box(b"trak", _box(b"mdia", _box(b"minf", _box(b"stbl", stsd)))))


@pytest.mark.parametrize(("entry", "is_encrypted"), [(b"avc1", False), (b"encv", True), (b"drms", True)])
def test_an_encrypted_track_is_seen_before_it_is_decoded(
    tmp_path: Path, entry: bytes, is_encrypted: bool
) -> None:
    path = _film(tmp_path, _box(b"ftyp") + _moov(entry) + _box(b"mdat", b"encv drms"))

    assert inspect(path, "mov").is_encrypted is is_encrypted


def test_a_film_that_ends_too_soon_is_seen(tmp_path: Path) -> None:
    whole = _box(b"ftyp") + _moov(b"avc1") + _box(b"mdat", bytes(100))

    assert not inspect(_film(tmp_path, whole), "mov").is_cut
    assert inspect(_film(tmp_path, whole[:-1]), "mov").is_cut
    assert inspect(_film(tmp_path, _box(b"ftyp") + _box(b"mdat", bytes(9))), "mov").is_cut


def test_boxes_that_lie_about_their_size_end_the_walk(tmp_path: Path) -> None:
    endless = (0).to_bytes(4, "big") + b"moov" + (3).to_bytes(4, "big") + b"trak" + bytes(64)

    assert not inspect(_film(tmp_path, endless), "mov").is_encrypted


def test_a_matroska_file_that_was_cut_is_seen(tmp_path: Path) -> None:
    head = b"\x1aE\xdf\xa3\x84webm\x18\x53\x80\x67"

    assert not inspect(_film(tmp_path, head + b"\x88" + bytes(8)), "matroska").is_cut
    assert inspect(_film(tmp_path, head + b"\x88" + bytes(7)), "matroska").is_cut
    assert not inspect(_film(tmp_path, head + b"\xff" + bytes(7)), "matroska").is_cut  # of unknown length
