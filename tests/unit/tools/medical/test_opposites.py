"""Opposites are seen where the guideline has only the other word."""

import pytest

from tools.medical.opposites import oppositions


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Adults with severe attacks", "adults with mild or moderate attacks"),
        ("Take it after meals.", "on an empty stomach"),
        ("It raises the risk.", "It lowers the risk."),
        ("You should stop it.", "should be continued"),
        ("HBV DNA阴性的患者", "HBV DNA阳性的患者"),
        ("单侧肾动脉狭窄", "双侧肾动脉狭窄"),
        ("肝功能检查", "肾功能检查"),
    ],
)
def test_a_word_is_held_against_its_opposite(text: str, source: str) -> None:
    assert list(oppositions(text, source))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("mild attacks", "mild or moderate attacks"),
        ("You should not stop it.", "should be continued"),
        ("a severe allergic reaction", "anaphylaxis"),
        ("It may hurt.", "severe pain"),
        ("患者切勿自行停药。", "不得自行停药。"),
    ],
)
def test_a_word_that_the_guideline_has_or_says_nothing_of_is_none(text: str, source: str) -> None:
    assert not list(oppositions(text, source))
