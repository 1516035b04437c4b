"""Every quantity of the version stands in what its sentence cites; doses of what it recommends stay."""

from collections.abc import Iterator, Mapping

from tools.medical.drugs import find_drugs
from tools.medical.gates.finding import Finding
from tools.medical.quantities import find_quantities, unsupported
from tools.medical.records import GuidelineRecords, Recommendation
from tools.medical.version import PatientVersion


def check_numbers(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Unsupported quantities, and doses that went missing."""
    texts = records.sources()
    for sentence in version.sentences():
        cited = [texts[source] for source in sentence.sources if source in texts]
        for stated in unsupported(sentence.text, cited):
            written = sentence.text[stated.start : stated.end].strip()
            yield Finding(
                gate="numbers",
                sentence=sentence.id,
                message=f"“{written}” stands in nothing that the sentence cites: {_quoted(cited)}",
            )
    for recommendation in records.recommendations:
        yield from _missing_doses(version, recommendation, texts)


def _missing_doses(
    version: PatientVersion, recommendation: Recommendation, texts: Mapping[str, str]
) -> Iterator[Finding]:
    said = " ".join(sentence.text for sentence in version.citing(recommendation.id))
    if not find_drugs(said) & find_drugs(texts[recommendation.id]):
        return
    for dose in recommendation.doses:
        if unsupported(dose, [said], loosely=True) and find_quantities(dose):
            yield Finding(
                gate="numbers",
                source=recommendation.id,
                message=f"The dose “{dose}” of a drug that the version names is missing or changed.",
            )


def _quoted(texts: list[str]) -> str:
    return " / ".join(f"“{text}”" for text in texts) or "nothing"
