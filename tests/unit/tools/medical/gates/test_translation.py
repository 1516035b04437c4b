"""The gates over a translated version."""

import pytest

from tools.medical.gates.translation import check_translation
from tools.medical.version import Kind, PatientVersion, VersionSection, VersionSentence
from tools.text.language import Language


def _version(language: Language, text: str, kind: Kind = "recommendation") -> PatientVersion:
    sentence = VersionSentence(id="s1", text=text, kind=kind, sources=["r1"])
    return PatientVersion(
        language=language, title="", sections=[VersionSection(id="a", heading="", sentences=[sentence])]
    )


ENGLISH = "Adults with diabetes should take metformin 500 mg twice a day."


@pytest.mark.parametrize(
    ("chinese", "gates"),
    [
        ("成人糖尿病患者应每日两次服用二甲双胍500毫克。", set()),
        ("成人糖尿病患者应每日两次服用二甲双胍5000毫克。", {"numbers"}),
        ("成人糖尿病患者可以考虑每日两次服用二甲双胍500毫克。", {"strength"}),
        ("成人糖尿病患者不应每日两次服用二甲双胍500毫克。", {"strength", "negation"}),
        ("儿童糖尿病患者应每日两次服用二甲双胍500毫克。", {"population"}),
        ("成人糖尿病患者应每日两次服用药物500毫克。", {"drugs"}),
    ],
)
def test_a_translation_that_says_something_else_is_found(chinese: str, gates: set[str]) -> None:
    found = check_translation(_version("en", ENGLISH), _version("zh", chinese))
    assert {finding.gate for finding in found} == gates
