"""Readability formulas, by hand-computed examples."""

import pytest

from tools.medical.readability import measure_chinese, measure_english
from tools.medical.syllables import count_syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("heart", 1),
        ("doctor", 2),
        ("medicine", 3),
        ("hypertension", 4),
        ("patient's", 2),
        ("follow-up", 3),
        ("x", 1),
    ],
)
def test_syllables_of_a_word(word: str, syllables: int) -> None:
    assert count_syllables(word) == syllables


def test_grades_of_a_short_text_are_those_computed_by_hand() -> None:
    # 9 words in 2 sentences; syllables: 1 + 1 + 3 + 3 + 1 and 1 + 1 + 2 + 1.
    measured = measure_english("Take your medicine every day. Call the doctor now.")
    assert measured is not None
    assert (measured.words, measured.sentences) == (9, 2)
    assert measured.flesch_kincaid_grade == pytest.approx(0.39 * 9 / 2 + 11.8 * 14 / 9 - 15.59)
    assert measured.reading_ease == pytest.approx(206.835 - 1.015 * 9 / 2 - 84.6 * 14 / 9)


def test_smog_counts_words_of_three_syllables_and_more() -> None:
    measured = measure_english("Hypertension is a medical condition. It is bad.")
    assert measured is not None
    assert measured.smog_grade == pytest.approx(1.0430 * (3 * 30 / 2) ** 0.5 + 3.1291)


def test_a_compound_is_one_word_and_a_capital_letter_begins_a_sentence() -> None:
    measured = measure_english("The follow-up takes 5 days, e.g. at home. Then you rest.")
    assert measured is not None
    assert (measured.words, measured.sentences) == (11, 2)


def test_traditional_characters_count_as_uncommon_and_their_strokes_as_unknown() -> None:
    measured = measure_chinese("藥。")
    assert measured is not None
    assert (measured.uncommon_share, measured.strokes_per_character) == (1.0, 0.0)


def test_a_text_without_words_has_no_grade() -> None:
    assert measure_english("123 — 45%") is None
    assert measure_chinese("123") is None


def test_chinese_is_measured_by_sentence_length_rare_characters_and_terms() -> None:
    measured = measure_chinese("每天吃药。咳嗽、谵妄要去医院。", terms=["谵妄"])
    assert measured is not None
    assert (measured.characters, measured.sentences) == (12, 2)
    assert measured.uncommon_share == pytest.approx(1 / 12)  # 谵
    # 每7 天4 吃6 药9 咳9 嗽14 谵15 妄6 要9 去5 医7 院9
    assert measured.strokes_per_character == pytest.approx(100 / 12)
    assert measured.terms_per_sentence == pytest.approx(0.5)
