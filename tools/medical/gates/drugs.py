"""No drug is named that the guideline does not name."""

from collections.abc import Iterator

from tools.medical.drugs import invented
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_drugs(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Drugs that stand nowhere in what the sentence cites; of an addition, nowhere in the guideline."""
    texts = records.sources()
    everything = " ".join(texts.values())
    for sentence in version.sentences():
        cited = " ".join(texts[source] for source in sentence.sources if source in texts)
        for name in sorted(invented(sentence.text, cited if sentence.sources else everything)):
            yield Finding(
                gate="drugs",
                sentence=sentence.id,
                message=f"“{name}” is named in nothing that the sentence cites.",
            )
