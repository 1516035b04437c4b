"""Whether a reply is the user's, or what the partner would say."""

import pytest

from tools.dialogue.point_of_view import parties, partner_signs

_DOCTOR = parties(
    my_name="小林",
    my_positions=["病人"],
    partner_name="王医生",
    partner_positions=["医生"],
    partner_lines=["你最近睡得怎么样？"],
)
_MOTHER = parties(
    my_name="Ana",
    my_positions=["daughter"],
    partner_name="Maria",
    partner_positions=["mother"],
    partner_lines=["Did you take your medicine today?"],
)


@pytest.mark.parametrize(
    "text",
    [
        "小林，你要多休息。",
        "多喝水，小林。",
        "我是王医生，你哪里不舒服？",
        "作为你的医生，我建议休息。",
        "你最近睡得怎么样",
        "我给你开点安眠药吧。",
        "你要按时吃药。",
    ],
)
def test_doctors_words_are_not_the_patients(text: str) -> None:
    assert partner_signs(text, _DOCTOR)


@pytest.mark.parametrize(
    "text",
    [
        "我睡得不好，医生。",
        "王医生，我头疼。",
        "我会按时吃药的。",
        "能给我开点安眠药吗？",
        "我是小林，我预约了今天。",
        "我最近睡得很差，怎么办？",
    ],
)
def test_patients_words_are_the_patients(text: str) -> None:
    assert not partner_signs(text, _DOCTOR)


@pytest.mark.parametrize(
    "text",
    [
        "Ana, dinner is ready.",
        "Hello Ana, how are you?",
        "You should rest, Ana.",
        "I'm your mother.",
        "This is Maria.",
        "Did you take your medicine today?",
        "Daughter, listen to me.",
    ],
)
def test_mothers_words_are_not_the_daughters(text: str) -> None:
    assert partner_signs(text, _MOTHER)


@pytest.mark.parametrize(
    "text",
    ["Yes, I took it, Mum.", "I'm Ana, her daughter.", "Not yet. I'll take it now.", "Ana's book is here."],
)
def test_daughters_words_are_the_daughters(text: str) -> None:
    assert not partner_signs(text, _MOTHER)


def test_what_both_are_tells_nobody_apart() -> None:
    friends = parties(
        my_name="Li",
        my_positions=["friend", "nurse"],
        partner_name="Li",
        partner_positions=["friend", "nurse"],
        partner_lines=[],
    )

    assert not partner_signs("As a friend, I say: Li, let me take your temperature.", friends)
