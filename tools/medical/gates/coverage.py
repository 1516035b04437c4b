"""Each recommendation is given once, with its contraindications and red flags."""

from collections.abc import Iterator

from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords, Recommendation
from tools.medical.version import PatientVersion


def check_coverage(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """What of the records is missing or said twice."""
    for recommendation in records.recommendations:
        yield from _check_one(version, recommendation)


def _check_one(version: PatientVersion, recommendation: Recommendation) -> Iterator[Finding]:
    giving = [s for s in version.citing(recommendation.id) if s.kind == "recommendation"]
    if len(giving) != 1:
        told = f"{len(giving)} times, by {', '.join(s.id for s in giving)}" if giving else "nowhere"
        yield Finding(
            gate="coverage", source=recommendation.id, message=f"“{recommendation.quote}” is given {told}."
        )
    for warning in recommendation.warnings:
        if not version.citing(warning.id):
            yield Finding(
                gate="coverage", source=warning.id, message=f"The warning “{warning.text}” is left out."
            )
