"""The user's own sentences, ranked."""

import pytest

from tools.dialogue.phrase_bank import Phrase, kind_of, rank

_BANK = [
    Phrase(text="I would like some tea."),
    Phrase(text="The train is late."),
    Phrase(text="Thank you.", uses=9),
    Phrase(text="我想喝水。"),
    Phrase(text="我的药在哪里？"),
]


def _first(heard: str, wanted: str = "") -> str:
    return rank(_BANK, heard, wanted)[0].text


def test_phrase_that_shares_words_with_what_was_said_comes_first() -> None:
    assert _first("Do you want tea or coffee?") == "I would like some tea."
    assert _first("你吃药了吗？药在桌上") == "我的药在哪里？"


def test_what_the_user_typed_counts_more_than_what_was_said() -> None:
    assert _first("Do you want some tea?", "train") == "The train is late."


def test_phrase_that_begins_as_typed_comes_first() -> None:
    assert _first("火车晚点了", "我想") == "我想喝水。"


def test_phrase_that_is_said_often_comes_first_among_equals() -> None:
    assert _first("Hm.") == "Thank you."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Sure, gladly.", "agree"),
        ("好的，没问题。", "agree"),
        ("No, thanks.", "decline"),
        ("不用了。", "decline"),
        ("Where is it?", "ask"),
        ("你来吗", "ask"),
        ("请稍等一下。", "wait"),
        ("I live in Ghent.", "answer"),
    ],
)
def test_phrase_is_labelled_by_what_it_does(text: str, kind: str) -> None:
    assert kind_of(text) == kind
