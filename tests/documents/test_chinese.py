"""README.zh.md is README.md in Chinese: the same parts, commands, tables and links."""

import re

import pytest

from tests.documents.pages import ROOT, blocks, headings, links, prose

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh.md"
TEXTS = {page: page.read_text(encoding="utf-8") for page in (ENGLISH, CHINESE)}
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_the_parts_are_the_same() -> None:
    levels = [[level for level, _ in headings(TEXTS[page])] for page in (ENGLISH, CHINESE)]

    assert levels[0] == levels[1]
    assert all(HAN.search(words) for level, words in headings(TEXTS[CHINESE]) if level > 1)


def test_the_commands_are_the_same() -> None:
    told = [[(each.language, each.mark, each.code) for each in blocks(page)] for page in (ENGLISH, CHINESE)]

    assert told[0] == told[1]


def test_the_links_are_the_same_but_for_the_one_to_the_other_language() -> None:
    assert links(TEXTS[CHINESE]) == [
        "README.md" if link == "README.zh.md" else link for link in links(TEXTS[ENGLISH])
    ]


@pytest.mark.parametrize("part", [r"^\|", r"`[^`]+`"], ids=["rows of tables", "names in code"])
def test_what_the_tables_and_sentences_name_is_the_same(part: str) -> None:
    counts = [len(re.findall(part, prose(TEXTS[page]), re.MULTILINE)) for page in (ENGLISH, CHINESE)]

    assert counts[0] == counts[1]
