"""What archives may unpack to."""

import gzip
from pathlib import Path

import pytest

from tests.fixtures import bombs
from tools.errors import InputTooLarge, InvalidInput
from tools.storage import archives
from tools.storage.sniffing import HEAD, media_type

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def check(folder: Path, data: bytes, name: str = "x.zip") -> None:
    path = folder / "content"
    path.write_bytes(data)
    archives.check(path, media_type(data[:HEAD], name))


@pytest.mark.parametrize(
    "data",
    [
        bombs.flat_bomb(),
        bombs.nested_bomb(),
        bombs.deep(),
        bombs.many(),
        bombs.gzip_bomb(),
        bombs.overlapping(),
        bombs.huge_directory(),
        PNG + bombs.flat_bomb(),
        bombs.zipped({"x.gz": bombs.gzip_bomb()}),
    ],
    ids=["flat", "nested", "deep", "many", "gzip", "overlapping", "directory", "polyglot", "gzip in zip"],
)
def test_a_bomb_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputTooLarge):
        check(tmp_path, data)
    assert [path.name for path in tmp_path.iterdir()] == ["content"]


@pytest.mark.parametrize(
    "data",
    [
        bombs.escaping("../../etc/cron.d/x"),
        bombs.escaping("/etc/passwd"),
        bombs.escaping("..\\x"),
        bombs.escaping("C:\\x"),
        bombs.zipped({"a": b"text"})[:-30],
        gzip.compress(b"text")[:-4],
        b"7z\xbc\xaf\x27\x1c" + bytes(20),
        b"Rar!\x1a\x07\x01\0" + bytes(20),
    ],
    ids=["parents", "absolute", "backslash", "drive", "cut zip", "cut gzip", "7z", "rar"],
)
def test_what_is_damaged_or_cannot_be_measured_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InvalidInput):
        check(tmp_path, data)


@pytest.mark.parametrize(
    "data",
    [
        bombs.zipped({"book/ch1.xhtml": b"<p>text</p>" * 1000, "book/ch2.xhtml": b"x"}),
        bombs.zipped({"a.docx": bombs.zipped({"word/document.xml": b"text" * 100})}),
        gzip.compress(b"text " * 100_000),
        bombs.flat_bomb(megabytes=5),
        b"no archive PK\x05\x06 at all" + bytes(40),
    ],
    ids=["epub", "docx in zip", "gzip", "small zeros", "signature by chance"],
)
def test_what_people_send_is_taken(tmp_path: Path, data: bytes) -> None:
    check(tmp_path, data)
