"""Certainty is read in every form of GRADE's words, and from nothing else."""

import pytest

from tools.medical.certainty import read_certainty
from tools.text.language import Language


@pytest.mark.parametrize(
    ("language", "text", "certainty"),
    [
        ("en", "We recommend it (strong recommendation, moderate-quality evidence).", "moderate"),
        ("en", "We suggest it (low certainty of evidence).", "low"),
        ("en", "We suggest it (conditional recommendation; very-low-certainty evidence).", "very low"),
        ("en", "The certainty of the evidence is high.", "high"),
        ("en", "Quality of evidence: low", "low"),
        ("en", "We recommend it (evidence of moderate quality).", "moderate"),
        ("en", "We recommend it [1A].", "high"),
        ("en", "We suggest it (GRADE 2C).", "low"),
        ("en", "We recommend it. ⊕⊕⊕◯", "moderate"),
        ("zh", "推荐使用（高质量证据）。", "high"),
        ("zh", "建议使用（弱推荐，中等质量证据）。", "moderate"),
        ("zh", "建议使用（极低确定性的证据）。", "very low"),
        ("zh", "推荐使用（证据质量：中）。", "moderate"),
        ("zh", "推荐使用（证据等级：B）。", "moderate"),
        ("zh", "推荐使用（1B）。", "moderate"),
    ],
)
def test_a_certainty_is_read_in_each_of_its_forms(language: Language, text: str, certainty: str) -> None:
    assert read_certainty(text, language) == certainty


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "High blood pressure is common, and the quality of life is low."),
        ("en", "Low doses are used."),
        ("en", "Low-quality evidence for pain, high-quality evidence for function."),
        ("en", "High quality sleep helps."),
        ("zh", "推荐用2D超声检查。"),
        ("zh", "高血压患者的生活质量较低。"),
        ("zh", "维生素B12缺乏。"),
    ],
)
def test_what_states_no_single_certainty_is_left_open(language: Language, text: str) -> None:
    assert read_certainty(text, language) is None
