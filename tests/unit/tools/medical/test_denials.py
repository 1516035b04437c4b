"""Denials of one meaning answer each other, whatever their words; what is dropped or added does not."""

import pytest

from tools.medical.denials import differ, find_denials
from tools.text.language import Language

SAME: list[tuple[Language, str, str]] = [
    ("en", "Do not take it if you cannot tolerate milk.", "Contraindicated in lactose-intolerant patients."),
    ("en", "It did not go away.", "The pain persists."),
    ("en", "Use it for four weeks at most.", "Do not use it for more than 4 weeks."),
    ("en", "If your kidneys do not work well, avoid it.", "Contraindicated in renal impairment."),
    ("en", "You should be vaccinated against flu.", "Influenza vaccination is recommended."),
    ("en", "Without treatment it gets worse.", "Untreated disease progresses."),
    ("zh", "有出血的人不要用。", "出血者禁用。"),
    ("zh", "不再发作。", "完全控制。"),
    ("zh", "不要连着用超过4周。", "一般不超过4周。"),
    ("zh", "要不要手术，和医生商量。", "是否手术应个体化评估。"),
]
DIFFERENT: list[tuple[Language, str, str]] = [
    ("en", "Do not take it if you can tolerate milk.", "Contraindicated in lactose-intolerant patients."),
    ("en", "Take it if you are pregnant.", "Must not be taken in pregnancy."),
    ("en", "Heart failure means that the heart can pump.", "In heart failure the heart cannot pump."),
    ("en", "It is a sign of weakness.", "It is not a sign of weakness."),
    ("en", "It does not prevent strokes.", "It prevents strokes."),
    ("zh", "重症肌无力患者能服用。", "重症肌无力患者禁用。"),
    ("zh", "本病会传染。", "本病不会传染。"),
    ("zh", "不会传染。", "会传染。"),
]


@pytest.mark.parametrize(("language", "text", "source"), SAME)
def test_two_wordings_of_a_denial_agree(language: Language, text: str, source: str) -> None:
    assert differ(find_denials(text, language), find_denials(source, language)) == (False, False)


@pytest.mark.parametrize(("language", "text", "source"), DIFFERENT)
def test_a_dropped_or_added_denial_is_seen(language: Language, text: str, source: str) -> None:
    assert any(differ(find_denials(text, language), find_denials(source, language)))
