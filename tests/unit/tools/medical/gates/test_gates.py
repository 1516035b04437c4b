"""Each gate catches the fault that it stands for, and lets a faithful version pass."""

from collections.abc import Callable

import pytest

from tools.medical.gates import check_version
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords, Passage, Recommendation
from tools.medical.version import PatientVersion, VersionSection, VersionSentence

OFFER = "We recommend metformin 500 mg twice daily for adults with type 2 diabetes."
NOT_FOR = "Metformin is contraindicated in people with severe kidney disease."
NO_ASPIRIN = "We suggest against routine aspirin in adults without heart disease."
NO_WEIGHT = "Metformin does not cause weight gain."
PAGES = [f"{OFFER} {NOT_FOR}", f"{NO_ASPIRIN} {NO_WEIGHT}"]
RECORDS = GuidelineRecords(
    recommendations=[
        Recommendation(
            id="r1",
            population="adults with type 2 diabetes",
            intervention="metformin",
            direction="for",
            strength="strong",
            certainty="high",
            doses=["500 mg twice daily"],
            page=1,
            quote=OFFER,
            contraindications=[Passage(id="r1.c1", text=NOT_FOR, page=1)],
        ),
        Recommendation(
            id="r2",
            population="adults without heart disease",
            intervention="aspirin",
            direction="against",
            strength="conditional",
            page=2,
            quote=NO_ASPIRIN,
        ),
    ],
    passages=[Passage(id="p1", text=NO_WEIGHT, page=2)],
)


def faithful() -> PatientVersion:
    sentences = [
        VersionSentence(
            id="s1",
            text="Adults with type 2 diabetes should take metformin, 0.5 g two times a day.",
            kind="recommendation",
            sources=["r1"],
        ),
        VersionSentence(
            id="s2",
            text="Do not take metformin if you have severe kidney disease.",
            kind="warning",
            sources=["r1.c1"],
        ),
        VersionSentence(
            id="s3",
            text="If you are an adult without heart disease, you may choose not to take aspirin.",
            kind="recommendation",
            sources=["r2"],
        ),
        VersionSentence(
            id="s4", text="Metformin will not make you gain weight.", kind="fact", sources=["p1"]
        ),
        VersionSentence(id="s5", text="Diabetes means too much sugar in the blood.", kind="addition"),
    ]
    return PatientVersion(
        language="en",
        title="Diabetes",
        sections=[VersionSection(id="a", heading="What to do", sentences=sentences)],
    )


def find(version: PatientVersion) -> list[Finding]:
    return check_version(version, RECORDS, PAGES)


def test_a_faithful_paraphrase_passes_every_gate() -> None:
    assert find(faithful()) == []


def _say(number: int, old: str, new: str) -> Callable[[PatientVersion], None]:
    def change(version: PatientVersion) -> None:
        sentence = version.sections[0].sentences[number - 1]
        assert old in sentence.text
        sentence.text = sentence.text.replace(old, new)

    return change


def _drop(number: int) -> Callable[[PatientVersion], None]:
    return lambda version: version.sections[0].sentences.pop(number - 1) and None


def _unmark(version: PatientVersion) -> None:
    version.sections[0].sentences[4].kind = "fact"


def _cite(version: PatientVersion) -> None:
    version.sections[0].sentences[3].sources = ["p9"]


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        (_say(1, "0.5 g", "5 g"), "numbers"),
        (_say(1, "0.5 g", "500 mcg"), "numbers"),
        (_say(1, "two times a day", "two times a week"), "numbers"),
        (_say(1, ", 0.5 g two times a day", ""), "numbers"),
        (_say(1, "should", "may"), "strength"),
        (_say(1, "should", "should not"), "strength"),
        (_say(3, "may choose not to take", "should not take"), "strength"),
        (_say(3, "may choose not to take", "may take"), "strength"),
        (_say(4, "will not make", "will make"), "negation"),
        (_say(2, "Do not take", "Take"), "negation"),
        (_say(1, "Adults", "Children"), "population"),
        (_say(2, "kidney disease", "liver disease"), "population"),
        (_say(1, "metformin", "metformin or sitagliptin"), "drugs"),
        (_say(5, "sugar", "insulin"), "drugs"),
        (_drop(2), "coverage"),
        (_drop(3), "coverage"),
        (_unmark, "additions"),
        (_cite, "citation"),
        (_say(5, "too much", "over 7 mmol/L of"), "additions"),
    ],
)
def test_each_gate_catches_its_fault(change: Callable[[PatientVersion], None], gate: str) -> None:
    version = faithful()
    change(version)
    assert gate in {finding.gate for finding in find(version)}


def test_a_quotation_on_another_page_is_found_out() -> None:
    records = RECORDS.model_copy(deep=True)
    records.recommendations[0].page = 2
    found = check_version(faithful(), records, PAGES)
    assert [(one.gate, one.source) for one in found] == [("citation", "r1")]
    assert "stands on pages 1" in found[0].message
