"""Who acts in a sentence of narration."""

import pytest

from tools.novels.chinese.references import Kind, Reference, Role, find_references

NAMES = ("少平", "晓霞")
# Each sentence, and its people with their roles: s(ubject), o(bject), p(ossessor).
CASES = {
    "subject": ("少平笑了。", "少平:s"),
    "object of a verb": ("少平看着晓霞。", "少平:s 晓霞:o"),
    "object of a preposition": ("对晓霞说：", "晓霞:o"),
    "possessor": ("少平的脸红了。", "少平:p"),
    "subject of the second clause": ("少平没说话，晓霞走了。", "少平:s 晓霞:s"),
    "object at the end of a clause": ("一把抱住了他，", "他:o"),
    "object of a verb of speaking": ("又反过来安慰他说：", "他:o"),
    "heard": ("少平听见晓霞在说话。", "少平:s 晓霞:s"),
    "head of a long description": ("对目前形势很了解的少平，笑了。", "少平:s"),
    "modifier": ("少平旁边的晓霞喊道：", "少平:p 晓霞:s"),
    "noun that introduces a name": ("妻子晓霞笑了。", "晓霞:s"),
    "noun as the subject": ("少平没开口，那位司机说：", "少平:s 司机:s"),
    "noun in a place": ("少平走到局长面前，说：", "少平:s 局长:o"),
    "not a pronoun": ("其他人弹着吉他。", ""),
    "they are not he": ("他们走了。", ""),
}


@pytest.mark.parametrize(("sentence", "expected"), CASES.values(), ids=CASES)
def test_roles(sentence: str, expected: str) -> None:
    names = [
        Reference(sentence.index(name), sentence.index(name) + len(name), Kind.NAME, name, "unknown")
        for name in NAMES
        if name in sentence
    ]

    found = find_references(sentence, 0, len(sentence), names, None)

    assert " ".join(f"{sentence[r.start : r.end]}:{r.role[0]}" for r in found) == expected


def test_first_person_is_the_narrator_where_there_is_one() -> None:
    (found,) = find_references("我笑了。", 0, 4, [], "c007")

    assert (found.person, found.role) == ("c007", Role.SUBJECT)
