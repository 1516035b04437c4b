"""What the console is made of: few bytes, no address outside itself, nothing that its policy forbids."""

import re
from pathlib import Path

import pytest

from server.api.console import FOLDER

# Bytes, uncompressed: 120 KiB for books and runs, 10 to sign in, 50 to talk, 40 to translate, 15 for
# guidelines, 22 for audiobooks, 29 for topics.
SIZE_LIMIT = 291 * 1024
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
NAMESPACES_AND_REFERENCES = re.compile(r"http://www\.w3\.org/\S*|\* Format: https://\S*")


def test_page_set_is_small() -> None:
    assert sum(path.stat().st_size for path in FILES) <= SIZE_LIMIT


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
        for name in re.findall(r'from "(.+?)"', path.read_text(encoding="utf-8")):
            assert (path.parent / name).is_file(), f"{path.name} imports {name}"
