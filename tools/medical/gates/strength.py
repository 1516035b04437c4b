"""A recommendation keeps its strength and its direction."""

from collections.abc import Iterator

from tools.medical.forces import Force, agrees, read_forces
from tools.medical.gates.finding import Finding
from tools.medical.grade import WORDS, Grade
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_strength(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Sentences whose words recommend otherwise than the record."""
    known = {recommendation.id: recommendation for recommendation in records.recommendations}
    for sentence in version.sentences():
        if sentence.kind != "recommendation":
            continue
        said = read_forces(sentence.text, version.language)
        for source in sentence.sources:
            if source not in known:
                continue
            wanted = known[source].grade
            if not agrees(sentence.text, wanted, known[source].quote, version.language):
                words = ", ".join(WORDS[version.language][wanted][:3])
                yield Finding(
                    gate="strength",
                    sentence=sentence.id,
                    source=source,
                    message=f"The guideline recommends {_named(wanted)} (say {words} …), the sentence's "
                    f"words are {' and '.join(sorted(map(_named, said))) or 'no recommendation'}.",
                )


def _named(grade: Grade | Force) -> str:
    return " ".join(part for part in (grade.strength, grade.direction) if part)
