"""No word of a sentence is the opposite of what the guideline says: severe for mild, after for before."""

from collections.abc import Iterator

from tools.medical.gates.finding import Finding
from tools.medical.opposites import oppositions
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_opposites(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Words that the cited passage has only opposites of."""
    texts = records.sources()
    for sentence in version.sentences():
        cited = " ".join(texts[source] for source in sentence.sources if source in texts)
        for one in oppositions(sentence.text, cited):
            yield Finding(
                gate="opposites",
                sentence=sentence.id,
                message=f"The sentence says “{one.said}”, the guideline “{one.meant}”: “{cited}”",
            )
