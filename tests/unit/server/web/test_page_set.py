"""What the console is made of: few bytes, no address outside itself, nothing that its policy forbids."""

import gzip
import re
from pathlib import Path

import pytest

from server.api.console import FOLDER

SENT_LIMIT = 150_000  # bytes of all files as browsers are sent them, packed
SIZE_LIMIT = 384_000  # bytes of all files as they lie here
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
NAMESPACES_AND_REFERENCES = re.compile(r"http://www\.w3\.org/\S*|\* Format: https://\S*")


def test_page_set_is_small() -> None:
    assert sum(path.stat().st_size for path in FILES) <= SIZE_LIMIT
    assert sum(len(gzip.compress(path.read_bytes())) for path in FILES) <= SENT_LIMIT


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_asks_no_other_host(path: Path) -> None:
    text = NAMESPACES_AND_REFERENCES.sub("", path.read_text(encoding="utf-8"))
    assert "://" not in text
    assert "url(" not in text
    assert "@import" not in text or path.suffix == ".js"  # there it names a type


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_has_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\bstyle=|\"style\"|<script>|<style|innerHTML|\beval\(|new Function", text)


def test_every_import_names_a_file_of_the_page() -> None:
    for path in FOLDER.rglob("*.js"):
        for name in re.findall(r'(?:from |import\()"(.+?)"', path.read_text(encoding="utf-8")):
            assert (path.parent / name).is_file(), f"{path.name} imports {name}"
