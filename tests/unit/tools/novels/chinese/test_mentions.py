"""Which strings of a Chinese text are taken for names."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.novels.chinese.mentions import find_names, match_names
from tools.novels.quotations import find_spans
from tools.novels.types import NameFacts


def names(text: str, facts: NameFacts | None = None) -> set[str]:
    return {mention.surface for mention in find_names(text, find_spans(text, "zh"), facts)}


FOUND = {
    "full name": ("周立民笑着说：“好。”周立民走了。", {"周立民"}),
    "two characters": ("陈平说：“好。”陈平走了出去。", {"陈平"}),
    "double surname": ("诸葛青云说：“好。”诸葛青云转身走了。", {"诸葛青云"}),
    "given name of a full name": ("周立民坐下。周立民说：“好。”立民又站起来。", {"周立民", "立民"}),
    "surname and title": ("“王师傅，你来。”王师傅走了过来。", {"王师傅"}),
    "surname and kinship word": ("李大妈正在洗菜。李大妈说：“吃饭了。”", {"李大妈"}),
    "familiar": ("老孙叹了口气。老孙说：“难啊。”", {"老孙"}),
    "familiar, and in the dictionary": ("老周叹了口气。老周说：“难啊。”", {"老周"}),
    "阿": ("阿贵跑了进来。阿贵喊道：“水开了！”", {"阿贵"}),
    "number and kinship word": ("二叔看了看天。二叔说：“要下雨。”", {"二叔"}),
    "foreign": ("伊万·彼得罗夫走了进来。", {"伊万·彼得罗夫"}),
    "foreign part": ("伊万·彼得罗夫走进来。伊万说：“好。”", {"伊万·彼得罗夫", "伊万"}),
    "only introduced": ("那人说：“我叫郑有田。”郑有田很瘦。", {"郑有田"}),
}


@pytest.mark.parametrize(("text", "expected"), FOUND.values(), ids=FOUND)
def test_a_name_is_found(text: str, expected: set[str]) -> None:
    assert names(text) == expected


NOT_NAMES = {
    "pronouns and person nouns": "他说：“好。”大家说：“好。”司机说：“走。”母亲笑着说：“吃饭。”",
    "everyday words that begin like surnames": "高兴地说，马上走了。白天看见的，常常想起。何必呢，于是他说。",
    "places": "我们到石家庄去。他在石家庄住。从石家庄回来，石家庄市里下雨。",
    "any two characters before a verb": "轻声说道，低头想了想，抬头看了看，慢慢走了过来。",
    "a preposition before a title": "他向老师问好，和医生说话，又同书记商量。",
    "an everyday word of 老": "老路走到了头。老路说不清通到哪里，老花眼看不见。",
    "what somebody introduces, with a mark behind": "他喝道：“你当这是池塘？”",
    "总 as an adverb": "他总是这样。大王总会来的。",
}


@pytest.mark.parametrize("text", NOT_NAMES.values(), ids=NOT_NAMES)
def test_other_words_are_not_names(text: str) -> None:
    assert names(text) == set()


def test_a_given_name_is_not_found_across_two_words() -> None:
    text = "孙少安说：“要减少安全事故。”孙少安走了。"

    assert names(text) == {"孙少安"}


def test_a_given_name_that_is_a_word_counts_only_where_a_person_stands() -> None:
    text = "罗光明笑着说：“走。”罗光明走了。前途一片光明。光明说：“快点。”"

    places = [m.start for m in find_names(text, find_spans(text, "zh")) if m.surface == "光明"]

    assert places == [text.index("光明说")]


def test_told_persons_are_names_and_told_others_are_not() -> None:
    text = "小石头睡着了。王师傅说：“别吵。”王师傅走了。"
    facts = NameFacts(persons=frozenset({"小石头"}), not_persons=frozenset({"王师傅"}))

    assert names(text, facts) == {"小石头"}


def test_a_known_name_of_one_character_needs_punctuation_around_it() -> None:
    text = "“秀，你来。”她很优秀。"

    assert [m.start for m in match_names(text, ["秀"])] == [1]


def test_the_longest_known_name_wins() -> None:
    assert [m.surface for m in match_names("孙少平走了。", ["少平", "孙少平"])] == ["孙少平"]


@given(st.text(alphabet="孙少平王师傅老他说道问，。：“”「」·安娜\n", max_size=120))
def test_mentions_are_ordered_and_never_overlap(text: str) -> None:
    found = find_names(text, find_spans(text, "zh"))

    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(text[m.start : m.end] == m.surface for m in found)
