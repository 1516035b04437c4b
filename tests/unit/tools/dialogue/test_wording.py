"""Texts as they are compared."""

import pytest

from tools.dialogue.wording import distance, holds


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("I lost my job.", "job"),
        ("He talked about DEATHS again", "death"),
        ("No wi-fi here", "Wi Fi"),
        ("ＭＯＮＥＹ is fine", "money"),
        ("Bob’s fine", "Bob"),
        ("别提离 婚了", "离婚"),
        ("离，婚", "离婚"),
        ("他用GPS找路", "gps"),
    ],
)
def test_word_is_found_in_every_usual_form(text: str, word: str) -> None:
    assert holds(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [("I was a jobless man", "job"), ("an art lesson", "arts"), ("我们结婚吧", "离婚"), ("Anything", "  ")],
)
def test_other_words_are_no_matches(text: str, word: str) -> None:
    assert not holds(text, word)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Yes, please.", "yes please", 0.0),
        ("abcd", "abce", 0.25),
        ("abc", "xyz", 1.0),
        ("", "abc", 1.0),
        ("…", "!", 0.0),
        ("好的，谢谢", "好的谢谢你", 0.2),
    ],
)
def test_distance_counts_edits_of_letters(one: str, other: str, apart: float) -> None:
    assert distance(one, other) == distance(other, one) == pytest.approx(apart)
