"""The console's words: the same keys in both languages, and none that the page lacks."""

import re
from pathlib import Path

import pytest

from server.api.console import FOLDER

GROUP = re.compile(r"^\t(?P<group>\w+): \{\n(?P<entries>.*?)^\t\},$", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r'^\t\t"?(?P<name>[\w.]+)"?: "(?P<text>.*)",$', re.MULTILINE)
PLACEHOLDER = re.compile(r"\{\w+\}")
USED_KEY = re.compile(r'\b(?:t|stepButton)\("([\w.]+)"|data-i18n(?:-label)?="([\w.]+)"')


def catalogue(language: str) -> dict[str, str]:
    """A language's texts by key."""
    return dict(entries(language))


def entries(language: str) -> list[tuple[str, str]]:
    """The keys and texts of all of a language's files."""
    files = sorted((FOLDER / "i18n").glob(f"{language}*.js"))
    groups = [found for path in files for found in GROUP.findall(path.read_text(encoding="utf-8"))]
    return [(f"{group}.{name}", text) for group, inside in groups for name, text in ENTRY.findall(inside)]


def sources() -> list[Path]:
    """The files of the page that show texts."""
    return [*FOLDER.glob("*.js"), FOLDER / "index.html"]


def test_both_languages_have_the_same_keys() -> None:
    assert len(catalogue("en")) > 100
    assert catalogue("en").keys() == catalogue("zh").keys()


def test_no_key_is_defined_twice() -> None:
    for language in ("en", "zh"):
        assert len(entries(language)) == len(catalogue(language))


def test_both_languages_fill_in_the_same_values() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    for key, text in english.items():
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(chinese[key])), key


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_every_key_that_the_page_names_exists(path: Path) -> None:
    used = {first or second for first, second in USED_KEY.findall(path.read_text(encoding="utf-8"))}
    assert used <= catalogue("en").keys()
