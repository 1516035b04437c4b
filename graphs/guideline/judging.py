"""What the gates make of a version: findings, measures, and whether it may go out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphs.guideline.opinions import findings_of_judge, judge_report
from tools.medical.gates import check_version
from tools.medical.gates.finding import Finding
from tools.medical.glossary import terms_of
from tools.medical.readability import measure_chinese, measure_english
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion

_HIGHEST_GRADE = 8.0  # years of school: AMA and NIH ask for 6 to 8
_LONGEST_CHINESE = 25.0  # characters of a sentence on average
_GATES = (
    *("numbers", "strength", "negation", "population", "opposites", "drugs", "support"),
    *("citation", "references", "coverage", "additions", "judge"),
)


def judge(
    version: PatientVersion,
    records: GuidelineRecords,
    pages: Sequence[str],
    opinions: Sequence[Mapping[str, Any]] = (),
) -> list[Finding]:
    """Everything that is wrong: by the safety gates, by the model that judges, and in readability.

    What a model says is added to what the gates find, takes nothing of it away, and holds no version back.
    """
    return [
        *_nothing_found(records),
        *check_version(version, records, pages),
        *findings_of_judge(version, opinions),
        *_hard_to_read(version),
    ]


def _nothing_found(records: GuidelineRecords) -> Iterator[Finding]:
    if not records.recommendations:
        message = "No recommendation was found in the document: it may be no guideline."
        yield Finding(gate="coverage", message=message)


def quality(
    version: PatientVersion,
    findings: Sequence[Finding],
    judge: Mapping[str, str | None],
    opinions: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The report of the gates and of the judge, and the measures."""
    return {
        "judge": judge_report(version, judge, opinions),
        "gates": {gate: sum(finding.gate == gate for finding in findings) for gate in _GATES},
        "readability": {section.id: _measured(version, section.text) for section in version.sections},
        "score": _score(version, findings),
        "open_safety_findings": sum(finding.is_safety for finding in findings),
    }


def _score(version: PatientVersion, findings: Sequence[Finding]) -> float:
    """The share of sentences, missing ones included, that no safety gate objects to."""
    faulty = {finding.sentence or finding.source for finding in findings if finding.is_safety}
    total = sum(1 for _ in version.sentences()) + sum(f.sentence is None and f.is_safety for f in findings)
    return round(max(0.0, 1 - len(faulty) / total), 3) if total else 0.0


def is_safe(findings: Sequence[Finding]) -> bool:
    """Whether no safety gate is closed."""
    return not any(finding.is_safety for finding in findings)


def _hard_to_read(version: PatientVersion) -> Iterator[Finding]:
    for section in version.sections:
        measured = _measured(version, section.text)
        value = measured.get("flesch_kincaid_grade", measured.get("characters_per_sentence", 0.0))
        limit = _HIGHEST_GRADE if version.language == "en" else _LONGEST_CHINESE
        if value > limit:
            name = "school grade" if version.language == "en" else "characters a sentence"
            yield Finding(
                gate="readability",
                message=f"“{section.heading}” reads at {name} {value:.1f}; {limit:g} at most: shorter words "
                "and sentences.",
                source=section.id,
                is_safety=False,
            )


def _measured(version: PatientVersion, text: str) -> dict[str, float]:
    if version.language == "en":
        english = measure_english(text)
        return (
            {}
            if english is None
            else {
                "flesch_kincaid_grade": round(english.flesch_kincaid_grade, 2),
                "smog_grade": round(english.smog_grade, 2),
                "reading_ease": round(english.reading_ease, 2),
            }
        )
    chinese = measure_chinese(text, terms_of("zh"))
    return (
        {}
        if chinese is None
        else {
            "characters_per_sentence": round(chinese.characters_per_sentence, 2),
            "uncommon_share": round(chinese.uncommon_share, 4),
            "strokes_per_character": round(chinese.strokes_per_character, 2),
            "terms_per_sentence": round(chinese.terms_per_sentence, 3),
        }
    )
