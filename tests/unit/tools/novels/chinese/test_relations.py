"""Ties that a Chinese text states or shows."""

import pytest

from tools.novels import chinese
from tools.novels.chinese.mentions import match_names
from tools.novels.quotations import find_spans
from tools.novels.types import Relation

NAMES = ("少平", "兰香", "秀莲", "少安", "福堂")


def relations(text: str) -> list[tuple[str, str, str]]:
    return [(source, kind, target) for source, kind, target, _ in _read(text)]


def _read(text: str) -> list[tuple[str, str, str, Relation]]:
    spans = find_spans(text, "zh")
    cast = chinese.build_cast(text, spans, match_names(text, NAMES))
    names = {character.id: character.canonical_name for character in cast.characters}
    found = chinese.find_relations(text, spans, cast, chinese.attribute(text, spans, cast))
    return [(names[r.source_id], r.type, names[r.target_id], r) for r in found]


STATED = {
    "possessor before the name": ("少平的父亲福堂病了。", ("福堂", "parent", "少平")),
    "child": ("福堂的女儿兰香来了。", ("兰香", "child", "福堂")),
    "pronoun before the name": ("少平站起来。他妹妹兰香笑了。", ("少平", "sibling", "兰香")),
    "said to be": ("兰香是少平的妹妹。", ("兰香", "sibling", "少平")),
    "named": ("福堂的女儿叫兰香。", ("兰香", "child", "福堂")),
    "a pair": ("少安和秀莲夫妻来了。", ("少安", "spouse", "秀莲")),
    "I in speech": ("少平说：“我妹妹兰香来了。”", ("少平", "sibling", "兰香")),
    "teacher": ("少平的师傅福堂不说话。", ("福堂", "teacher", "少平")),
}


@pytest.mark.parametrize(("text", "expected"), STATED.values(), ids=STATED)
def test_a_stated_tie_says_what_source_is_to_target(text: str, expected: tuple[str, str, str]) -> None:
    assert relations(text) == [expected]


def test_people_who_talk_are_tied_with_one_place_for_each_line() -> None:
    ((source, kind, target, relation),) = _read("“去吗？”少平问少安。\n“去。”少安说。")

    assert (source, kind, target, relation.weight) == ("少平", "talks_with", "少安", 2)


def test_people_in_two_common_paragraphs_appear_together() -> None:
    assert relations("少平看着兰香。\n雨停了。\n兰香等着少平。") == [("少平", "appears_with", "兰香")]


def test_one_common_paragraph_is_not_enough() -> None:
    assert relations("少平看着兰香。") == []


def test_the_evidence_is_the_name_beside_the_kinship_word() -> None:
    text = "少平的父亲福堂病了。"

    ((*_, relation),) = _read(text)

    assert [text[e.start : e.end] for e in relation.evidence] == ["福堂"]
