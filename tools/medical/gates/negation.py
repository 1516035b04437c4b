"""What the guideline denies stays denied, and what it does not deny is not."""

from collections.abc import Iterator

from tools.medical.gates.finding import Finding
from tools.medical.negation import is_denied, nearest
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def check_negation(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Sentences that deny where the nearest sentence of what they cite affirms, or the other way round."""
    texts = records.sources()
    for sentence in version.sentences():
        cited = [texts[source] for source in sentence.sources if source in texts]
        source = nearest(sentence.text, cited, version.language)
        if source is None:
            continue
        denies = is_denied(sentence.text, version.language)
        if denies != is_denied(source, version.language):
            told = (
                "denies or forbids, the guideline does not" if denies else "affirms what the guideline denies"
            )
            yield Finding(gate="negation", sentence=sentence.id, message=f"The sentence {told}: “{source}”")
