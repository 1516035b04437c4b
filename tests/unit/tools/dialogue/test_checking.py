"""What a draft has to be, to be a reply."""

from typing import Any

import pytest

from tools.dialogue.checking import MOST_CHARACTERS, Forbidden, Language, Rules, cleaned, faults
from tools.dialogue.drafts import Draft, Slot

_SLOT = Slot(id="1", intent="agree", manner="plain")
_NEVER = [
    Forbidden(id="t1", text="money", words=("money",)),
    Forbidden(id="r1", text="答应借钱", words=("借钱", "借给你")),
]


def _faults(text: str, language: Language = "en", accepted: tuple[str, ...] = (), **fields: Any) -> str:
    draft = Draft.model_validate({"id": "1", "intent": "agree", "speaker": "me", "text": text, **fields})
    return "; ".join(faults(draft, _SLOT, Rules(language=language, never=_NEVER), accepted))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sure, at 3.30 p.m. then. See you!", "en"),
        ("Dr. Lee said so. I agree.", "en"),
        ("好啊，我明天三点过去。", "zh"),
        ("OK，Wi-Fi 密码是什么？", "zh"),
        ("OK!", "zh"),
    ],
)
def test_short_spoken_line_is_a_reply(text: str, language: Language) -> None:
    assert _faults(text, language) == ""


@pytest.mark.parametrize(
    ("text", "language", "why"),
    [
        ("I'll lend you money.", "en", "crosses t1"),
        ("好的，我借 给你。", "zh", "crosses r1"),
        ("1. Sure.", "en", "the words alone"),
        ("Me: sure.", "en", "the words alone"),
        ("回复1：好的。", "zh", "the words alone"),
        ("Sure.\nFine.", "en", "the words alone"),
        ("See you at [time].", "en", "a gap"),
        ("One. Two. Three.", "en", "3 sentences"),
        ("好。行。没问题。", "zh", "3 sentences"),
        ("好" * (MOST_CHARACTERS["zh"] + 1), "zh", "61 characters"),
        ("x" * (MOST_CHARACTERS["en"] + 1), "en", "201 characters"),
        ("好的，没问题。", "en", "not in the language"),
        ("That is quite fine with me.", "zh", "not in the language"),
        ("…", "en", "says nothing"),
    ],
)
def test_what_is_no_spoken_line_is_told_why(text: str, language: Language, why: str) -> None:
    assert why in _faults(text, language)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"speaker": "partner"}, "the partner's"),
        ({"crosses": ["r1"]}, "crosses r1"),
        ({"intent": "decline"}, "'agree' is wanted"),
    ],
)
def test_models_own_word_against_a_draft_counts(fields: dict[str, Any], why: str) -> None:
    assert why in _faults("Sure, why not.", **fields)


def test_reply_differs_from_every_other() -> None:
    assert "too much like" in _faults("Yes, I would like that", accepted=("No.", "Yes, I'd like that!"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (' "Sure." ', "Sure."),
        ("“好的。”", "好的。"),
        ('"No" means "no"', '"No" means "no"'),
        ("Sure", "Sure"),
    ],
)
def test_quotation_marks_around_a_line_are_not_said(text: str, left: str) -> None:
    assert cleaned(text) == left
