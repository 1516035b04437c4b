"""A recommendation keeps its strength and its direction."""

from collections.abc import Iterator

from tools.medical.gates.finding import Finding
from tools.medical.grade import WORDS, Grade, read_grades
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_strength(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Sentences whose words recommend otherwise than the record."""
    grades = {recommendation.id: recommendation.grade for recommendation in records.recommendations}
    for sentence in version.sentences():
        if sentence.kind != "recommendation":
            continue
        said = read_grades(sentence.text, version.language)
        for source in sentence.sources:
            if source in grades and set(said) != {grades[source]}:
                wanted = grades[source]
                words = ", ".join(WORDS[version.language][wanted][:3])
                yield Finding(
                    gate="strength",
                    sentence=sentence.id,
                    source=source,
                    message=f"The guideline recommends {_named(wanted)} (say {words} …), the sentence's "
                    f"words are {' and '.join(sorted(map(_named, said))) or 'no recommendation'}.",
                )


def _named(grade: Grade) -> str:
    return f"{grade.strength} {grade.direction}"
