"""Merging the names of a Chinese book into people."""

import pytest

from tools.novels import chinese
from tools.novels.chinese.mentions import match_names
from tools.novels.quotations import find_spans
from tools.novels.types import Cast, NameFacts


def cast_of(text: str, *names: str, facts: NameFacts | None = None, threshold: float = 0.8) -> Cast:
    """The cast of a text in which just these names are known."""
    spans = find_spans(text, "zh")
    return chinese.build_cast(text, spans, match_names(text, names), facts, similarity_threshold=threshold)


def people(cast: Cast) -> set[frozenset[str]]:
    return {frozenset(character.aliases) for character in cast.characters}


MERGED = {
    "given name": ("孙少平来了。少平坐下。", ["孙少平", "少平"]),
    "given name that begins like a surname": ("吴仲平来了。仲平坐下。", ["吴仲平", "仲平"]),
    "given name and kinship word": ("田润叶来了。润叶姐坐下。", ["田润叶", "润叶姐"]),
    "full name and title": ("李长林来了。李长林书记坐下。", ["李长林", "李长林书记"]),
    "surname and title": ("李长林来了。李书记坐下。", ["李长林", "李书记"]),
    "familiar form": ("李长林来了。老李坐下。", ["李长林", "老李"]),
    "foreign part": ("安娜·卡列尼娜来了。安娜坐下。", ["安娜·卡列尼娜", "安娜"]),
}


@pytest.mark.parametrize(("text", "names"), MERGED.values(), ids=MERGED)
def test_two_names_of_one_person_are_merged(text: str, names: list[str]) -> None:
    assert people(cast_of(text, *names)) == {frozenset(names)}


SEPARATE = {
    "same surname": ("孙少平来了。孙少安坐下。", ["孙少平", "孙少安"]),
    "another gender": ("李长林来了，他坐下。李长林说，他累了。李太太来了。", ["李长林", "李太太"]),
    "they speak to each other": ("李长林对老李说：“你来。”", ["李长林", "老李"]),
    "one calls the other": ("李长林说：“老李，你来。”", ["李长林", "老李"]),
    "joined by 和": ("李长林和李书记来了。", ["李长林", "李书记"]),
}


@pytest.mark.parametrize(("text", "names"), SEPARATE.values(), ids=SEPARATE)
def test_two_people_stay_two(text: str, names: list[str]) -> None:
    assert people(cast_of(text, *names)) == {frozenset({name}) for name in names}


def test_people_who_answer_each_other_twice_stay_two() -> None:
    text = "“去？”老李问。\n“去。”李长林说。\n“几时？”老李问。\n“明天。”李长林说。"

    assert people(cast_of(text, "老李", "李长林")) == {frozenset({"老李"}), frozenset({"李长林"})}


def test_a_name_that_fits_several_people_is_ambiguous() -> None:
    cast = cast_of("李长林来了。李长山来了。李书记坐下。", "李长林", "李长山", "李书记")

    assert cast.ambiguous == ("李书记",)
    assert people(cast) == {frozenset({"李长林"}), frozenset({"李长山"})}


def test_a_title_before_the_full_name_settles_whose_it_is() -> None:
    cast = cast_of("书记李长林来了。李长山来了。李书记坐下。", "李长林", "李长山", "李书记")

    assert people(cast) == {frozenset({"李长林", "李书记"}), frozenset({"李长山"})}


def test_the_threshold_excludes_less_certain_rules() -> None:
    text = "李长林来了。老李坐下。长林笑了。"

    assert people(cast_of(text, "李长林", "老李", "长林", threshold=0.9)) == {
        frozenset({"李长林", "长林"}),
        frozenset({"老李"}),
    }


def test_told_identities_are_kept_whatever_the_rules_think() -> None:
    facts = NameFacts(same=(("黑皮", "王世明"),), different=(("少平", "孙少平"),))

    cast = cast_of("孙少平来了。少平坐下。黑皮是王世明。", "孙少平", "少平", "黑皮", "王世明", facts=facts)

    assert people(cast) == {
        frozenset({"孙少平"}),
        frozenset({"少平"}),
        frozenset({"黑皮", "王世明"}),
    }


def test_proposed_identities_hold_unless_the_text_shows_two_people() -> None:
    facts = NameFacts(proposed=(("黑皮", "王世明"), ("李云", "周青")))
    cast = cast_of("黑皮是王世明。李云和周青来了。", "黑皮", "王世明", "李云", "周青", facts=facts)

    assert people(cast) == {frozenset({"黑皮", "王世明"}), frozenset({"李云"}), frozenset({"周青"})}
    assert cast.contested == (("李云", "周青"),)


def test_a_told_gender_counts_more_than_pronouns() -> None:
    text = "林岚来了，他坐下。林岚说，他累了。林岚笑了，他走了。"

    cast = cast_of(text, "林岚", facts=NameFacts(genders={"林岚": "female"}))

    assert cast.characters[0].gender == "female"


def test_each_merge_has_evidence_where_the_longer_name_stands() -> None:
    text = "少平坐下。孙少平来了。"

    (evidence,) = cast_of(text, "孙少平", "少平").characters[0].evidence

    assert (text[evidence.start : evidence.end], evidence.reason) == (
        "孙少平",
        "full name contains given name",
    )


def test_characters_are_numbered_in_the_order_of_appearance_and_named_in_full() -> None:
    cast = cast_of("少平坐下。少平笑了。田福堂来了。孙少平走了。", "孙少平", "少平", "田福堂")

    assert [(c.id, c.canonical_name) for c in cast.characters] == [("c000", "孙少平"), ("c001", "田福堂")]


def test_a_narrator_whom_others_call_by_name_gets_that_name() -> None:
    text = "我坐在桥上。“志强，回家。”母亲说。我不动。“志强，听话。”她又说。我站起来，我走了。"

    cast = cast_of(text, "志强")

    assert [(c.canonical_name, c.is_narrator) for c in cast.characters] == [("志强", True)]
