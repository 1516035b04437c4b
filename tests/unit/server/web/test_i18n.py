"""The console's words: the same keys in both languages, and none that the page lacks."""

import re
from pathlib import Path

import pytest

from server.api.console import FOLDER

ENTRY = re.compile(r'^\t"(?P<key>[\w.]+)": "(?P<text>.*)",$', re.MULTILINE)
PLACEHOLDER = re.compile(r"\{\w+\}")
USED_KEY = re.compile(r'\b(?:t|stepButton)\("([\w.]+)"|data-i18n="([\w.]+)"')


def catalogue(language: str) -> dict[str, str]:
    """A language's texts by key."""
    return dict(ENTRY.findall((FOLDER / "i18n" / f"{language}.js").read_text(encoding="utf-8")))


def sources() -> list[Path]:
    """The files of the page that show texts."""
    return [*FOLDER.glob("*.js"), FOLDER / "index.html"]


def test_both_languages_have_the_same_keys() -> None:
    assert len(catalogue("en")) > 100
    assert catalogue("en").keys() == catalogue("zh").keys()


def test_no_key_is_defined_twice() -> None:
    for language in ("en", "zh"):
        text = (FOLDER / "i18n" / f"{language}.js").read_text(encoding="utf-8")
        assert len(ENTRY.findall(text)) == len(catalogue(language))


def test_both_languages_fill_in_the_same_values() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    for key, text in english.items():
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(chinese[key])), key


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_every_key_that_the_page_names_exists(path: Path) -> None:
    used = {first or second for first, second in USED_KEY.findall(path.read_text(encoding="utf-8"))}
    assert used <= catalogue("en").keys()
