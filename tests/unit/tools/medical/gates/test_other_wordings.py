"""Sentences that the gates were not tuned on: other errors, and other faithful wordings."""

import pytest

from evals.guideline_checks import count_false_alarms, measure_written
from evals.guideline_gold import read_development
from tools.medical.gates import check_draft
from tools.medical.records import GuidelineRecords, Recommendation
from tools.medical.version import PatientVersion, VersionSection, VersionSentence

QUOTE = "We recommend amlodipine 5 to 10 mg once daily for adults with hypertension for at least 6 weeks."


def _gates(text: str) -> set[str]:
    record = Recommendation(
        id="r1",
        population="adults with hypertension",
        intervention="amlodipine",
        direction="for",
        strength="strong",
        page=1,
        quote=QUOTE,
        doses=["5 to 10 mg once daily"],
    )
    sentence = VersionSentence(id="s1", text=text, kind="recommendation", sources=["r1"])
    section = VersionSection(id="a", heading="", sentences=[sentence])
    version = PatientVersion(language="en", title="", sections=[section])
    return {finding.gate for finding in check_draft(version, GuidelineRecords(recommendations=[record]))}


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("Adults should take amlodipine 5-10 mg once a day for at most 6 weeks.", "numbers"),
        ("Adults should take amlodipine 5-10 mg every other day for at least 6 weeks.", "numbers"),
        (
            "Adults should take amlodipine 5-10 mg once a day for 6 weeks or more, then double the dose.",
            "numbers",
        ),
        ("Adults should take amlodipine for at least 6 weeks.", "numbers"),
        ("Adults should take nifedipine 5-10 mg once a day for at least 6 weeks.", "drugs"),
        ("Adults should rarely take amlodipine 5-10 mg once a day for at least 6 weeks.", "negation"),
        ("Adults should refuse amlodipine 5-10 mg once a day for at least 6 weeks.", "negation"),
        (
            "Adults without hypertension should take amlodipine 5-10 mg once a day for 6 weeks or more.",
            "negation",
        ),
        ("Pregnant adults should take amlodipine 5-10 mg once a day for at least 6 weeks.", "population"),
        ("Adults might take amlodipine 5-10 mg once a day for at least 6 weeks.", "strength"),
    ],
)
def test_an_error_is_found(text: str, gate: str) -> None:
    assert gate in _gates(text)


@pytest.mark.parametrize(
    "text",
    [
        "Adults should take amlodipine, 5 to 10 mg one time a day, for at least six weeks.",
        "Adults need to take amlodipine 5–10 mg once per day for 6 weeks or longer.",
        "Adults should take amlodipine once a day: 5 mg to 10 mg, for a minimum of 6 weeks.",
    ],
)
def test_a_faithful_sentence_passes(text: str) -> None:
    assert _gates(text) == set()


def test_faithful_versions_of_many_guidelines_pass() -> None:
    alarms, sentences = count_false_alarms(read_development())
    assert alarms <= 0.01 * sentences


def test_wrong_sentences_that_people_wrote_are_found() -> None:
    caught = measure_written(read_development())
    assert {kind: power.missed for kind, power in caught.items() if power.share < 0.98} == {}
