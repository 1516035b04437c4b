"""Reading strength and direction from words."""

import pytest

from tools.medical.grade import WORDS, Grade, read_grades
from tools.text.language import Language

STRONG, CONDITIONAL = Grade("strong", "for"), Grade("conditional", "for")
STRONG_NOT, CONDITIONAL_NOT = Grade("strong", "against"), Grade("conditional", "against")


@pytest.mark.parametrize(
    ("sentence", "language", "grade"),
    [
        ("You should take aspirin.", "en", STRONG),
        ("You should not smoke.", "en", STRONG_NOT),
        ("We recommend against aspirin.", "en", STRONG_NOT),
        ("You may want to try physiotherapy.", "en", CONDITIONAL),
        ("You may choose not to take it.", "en", CONDITIONAL_NOT),
        ("We suggest against routine scans.", "en", CONDITIONAL_NOT),
        ("应每天服药。", "zh", STRONG),
        ("不应吸烟。", "zh", STRONG_NOT),
        ("可考虑物理治疗。", "zh", CONDITIONAL),
        ("不建议常规检查。", "zh", CONDITIONAL_NOT),
    ],
)
def test_a_sentence_has_the_force_of_its_words(sentence: str, language: Language, grade: Grade) -> None:
    assert read_grades(sentence, language) == {grade}


@pytest.mark.parametrize("sentence", ["可能有不良反应。", "适应证见下表。", "这种药的应用很广。"])
def test_letters_of_a_cue_in_another_word_are_no_cue(sentence: str) -> None:
    assert read_grades(sentence, "zh") == frozenset()


def test_words_of_two_forces_are_both_reported() -> None:
    assert read_grades("You should rest, and you may walk.", "en") == {STRONG, CONDITIONAL}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_stands_for_two_forces(language: Language) -> None:
    words = [word for choices in WORDS[language].values() for word in choices]
    assert len(words) == len(set(words))
