"""Denials are compared by what they deny, whatever their words; what is dropped, added or turned is seen."""

import pytest

from tools.medical.polarity import contradicts
from tools.text.language import Language

SAME: list[tuple[Language, str, str]] = [
    ("en", "Do not take it if you cannot tolerate milk.", "Contraindicated in patients intolerant of milk."),
    ("en", "The pain did not go away.", "The pain persists."),
    ("en", "Use it for four weeks at most.", "Do not use it for more than 4 weeks."),
    ("en", "You should be vaccinated against flu.", "Influenza vaccination is recommended."),
    ("en", "Without treatment it gets worse.", "Untreated disease progresses."),
    ("en", "You must not take it before an X-ray.", "It should be held off until an X-ray."),
    ("en", "You should go home only if somebody helps.", "Do not go home unless somebody helps."),
    ("en", "You should walk instead of resting.", "Walking is recommended rather than rest."),
    ("en", "It does no good. You need not worry.", "It does no good."),
    ("zh", "有出血的人不要用。", "出血者禁用。"),
    ("zh", "不再发作。", "发作完全控制。"),
    ("zh", "不要连着用超过4周。", "一般不超过4周。"),
    ("zh", "要不要手术，和医生商量。", "是否手术应个体化评估。"),
    ("zh", "没有症状的人一般不用处理。", "无症状者无需干预。"),
    ("zh", "应早点吃东西，而不是一直禁食。", "应尽早进食，而非长期禁食。"),
]
DIFFERENT: list[tuple[Language, str, str]] = [
    ("en", "Do not take it if you can tolerate milk.", "Contraindicated in patients intolerant of milk."),
    ("en", "Take it if you are pregnant.", "Must not be taken in pregnancy."),
    ("en", "Heart failure means that the heart can pump.", "In heart failure the heart cannot pump."),
    ("en", "It is a sign of weakness.", "It is not a sign of weakness."),
    ("en", "It does not prevent strokes.", "It prevents strokes."),
    ("en", "You should go home even if nobody helps.", "Do not go home unless somebody helps."),
    ("en", "You should rest instead of walking.", "Walking is recommended rather than rest."),
    ("en", "Stop it all at once.", "It must not be stopped all at once."),
    ("zh", "重症肌无力患者能服用。", "重症肌无力患者禁用。"),
    ("zh", "本病会传染。", "本病不会传染。"),
    ("zh", "不会传染。", "会传染。"),
    ("zh", "没有感染的人可用抗菌药。", "无感染者不应使用抗菌药。"),
    ("zh", "除非有别的药，否则不要用。", "应避免使用，除非没有别的药。"),
]


@pytest.mark.parametrize(("language", "text", "source"), SAME)
def test_two_wordings_of_a_denial_agree(language: Language, text: str, source: str) -> None:
    assert contradicts(text, source, language) is None


@pytest.mark.parametrize(("language", "text", "source"), DIFFERENT)
def test_a_denial_that_is_dropped_added_or_turned_is_seen(language: Language, text: str, source: str) -> None:
    assert contradicts(text, source, language)


def test_what_the_source_does_not_speak_of_cannot_contradict_it() -> None:
    assert contradicts("It is not cheap.", "It lowers blood pressure.", "en") is None
