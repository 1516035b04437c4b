"""The console's words: every key in both languages, and none that the page lacks."""

import re
from pathlib import Path

import pytest

from server.api.console import FOLDER
from tests.documents.error_codes import codes

GROUP = re.compile(r"^\t(?P<group>\w+): \{\n(?P<entries>.*?)^\t\},$", re.MULTILINE | re.DOTALL)
TEXT = r'"((?:[^"\\]|\\.)+)"'
ENTRY = re.compile(rf'^\t\t"?([\w.]+)"?: \[{TEXT}, {TEXT}\],$', re.MULTILINE)
FAILURE = re.compile(rf"^\t(\w+): {TEXT},$", re.MULTILINE)
PLACEHOLDER = re.compile(r"\{\w+\}")
USED_KEY = re.compile(r'\b(?:t|stepButton)\("([\w.]+)"|data-i18n(?:-label)?="([\w.]+)"')


def entries() -> list[tuple[str, str, str]]:
    """The keys with their texts in English and in Chinese."""
    text = (FOLDER / "i18n" / "words.js").read_text(encoding="utf-8")
    found = [(group, ENTRY.findall(inside)) for group, inside in GROUP.findall(text)]
    assert sum(len(inside) for _, inside in found) == text.count("\n\t\t")
    return [(f"{group}.{name}", en, zh) for group, inside in found for name, en, zh in inside]


def sources() -> list[Path]:
    """The files of the page that show texts."""
    return [*FOLDER.glob("*.js"), FOLDER / "index.html"]


def test_no_key_is_defined_twice() -> None:
    keys = [key for key, *_ in entries()]

    assert len(keys) > 100
    assert len(keys) == len(set(keys))


def test_both_languages_fill_in_the_same_values() -> None:
    for key, english, chinese in entries():
        assert set(PLACEHOLDER.findall(english)) == set(PLACEHOLDER.findall(chinese)), key


def test_chinese_has_words_for_codes_that_there_are() -> None:
    named = FAILURE.findall((FOLDER / "i18n" / "failures.js").read_text(encoding="utf-8"))

    assert len(named) > 100
    assert {code for code, _ in named} <= codes().keys()
    assert all(re.search(r"[\u4e00-\u9fff]", words) for _, words in named)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_every_key_that_the_page_names_exists(path: Path) -> None:
    used = {first or second for first, second in USED_KEY.findall(path.read_text(encoding="utf-8"))}
    assert used <= {key for key, *_ in entries()}
