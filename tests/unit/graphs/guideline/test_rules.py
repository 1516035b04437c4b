"""What rules take from a guideline without a model: recommendations, their certainty, and their warnings."""

from typing import Any

import pytest

from graphs.guideline.rules import by_rules
from tools.text.language import Language


def _blocks(*texts: str, section: str = "Treatment") -> list[dict[str, Any]]:
    return [{"kind": "paragraph", "text": text, "page": 2, "section": section} for text in texts]


def test_certainty_stands_in_the_recommendation_or_alone_behind_it() -> None:
    blocks = _blocks(
        "We recommend metformin (strong recommendation, moderate-quality evidence).",
        "We suggest walking. Low certainty of evidence.",
        "We suggest rest.",
    )
    found = by_rules(blocks, "en").recommendations
    assert [one.certainty for one in found] == ["moderate", "low", None]


@pytest.mark.parametrize(
    ("language", "recommends", "contraindication", "red_flag"),
    [
        (
            "en",
            "We recommend metformin for adults.",
            "Metformin is contraindicated in severe kidney disease.",
            "Fast breathing with drowsiness requires emergency care.",
        ),
        ("zh", "推荐成人使用二甲双胍。", "严重肾病者禁用二甲双胍。", "出现呼吸深快时应立即就医。"),
    ],
)
def test_warnings_go_with_the_recommendation_before_them_in_their_section(
    language: Language, recommends: str, contraindication: str, red_flag: str
) -> None:
    (found,) = by_rules(_blocks(recommends, f"{contraindication} {red_flag}"), language).recommendations
    assert [(one.text, one.page) for one in found.contraindications] == [(contraindication, 2)]
    assert [one.text for one in found.red_flags] == [red_flag]


def test_a_warning_of_another_section_stands_for_itself() -> None:
    warning = "Chest pain requires an ambulance at once."
    blocks = [*_blocks("We recommend walking."), *_blocks(warning, section="Emergencies")]
    records = by_rules(blocks, "en")
    assert records.recommendations[0].warnings == []
    assert [(one.id, one.text) for one in records.passages] == [("p1", warning)]


def test_what_neither_recommends_nor_warns_is_left_out() -> None:
    assert by_rules(_blocks("Diabetes is common in adults."), "en").sources() == {}
