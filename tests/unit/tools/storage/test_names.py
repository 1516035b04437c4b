"""Names from outside are for people."""

import pytest

from tools.storage.names import MAX_LENGTH, safe_name


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("book.txt", "book.txt"),
        ("名字.txt", "名字.txt"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/shadow", "shadow"),
        ("a/b/", "b"),
        ("", "file"),
        ("..", "file"),
        (". . .", "file"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("cod\u202egpj.exe", "codgpj.exe"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("\ud800.txt", ".txt"),
    ],
)
def test_a_name_is_never_a_path(given: str, expected: str) -> None:
    assert safe_name(given) == expected


def test_a_long_name_keeps_its_extension() -> None:
    name = safe_name("长" * 10_000 + ".epub")

    assert (len(name), name[-5:]) == (MAX_LENGTH, ".epub")
