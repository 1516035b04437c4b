"""The pack as a whole, on texts that no author would write."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.novels import chinese
from tools.novels.quotations import find_spans


def read(text: str) -> tuple[int, int]:
    """How many quotations the text has, and how many attributions the pack makes."""
    spans = find_spans(text, chinese.language)
    cast = chinese.build_cast(text, spans, chinese.find_names(text, spans))
    attributions = chinese.attribute(text, spans, cast)
    chinese.find_relations(text, spans, cast, attributions)
    return sum(span.is_quotation for span in spans), len(attributions)


PIECES = [*"“”「」：，。\n我他她的和说问王平·", "王小平", "老王", "妹妹"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=80))
def test_any_text_gets_one_attribution_for_each_quotation(pieces: list[str]) -> None:
    quotations, attributions = read("".join(pieces))

    assert attributions == quotations


HOSTILE = {
    "nothing": "",
    "opening marks": "“" * 30_000,
    "pronouns": "他" * 30_000,
    "verbs": "说" * 30_000,
    "one endless sentence": "他说王小明看着她的妈妈" * 3_000,
    "one endless dialogue": "王小平说：“好。”\n" * 3_000,
    "dots": "安·娜" * 10_000,
    "adverbs": "啊啊啊啊着啊啊啊啊地" * 3_000,
    "connectives": "于是但是可是" * 5_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_no_longer_than_other_text(text: str) -> None:
    quotations, attributions = read(text)

    assert attributions == quotations
