"""What the guideline denies stays denied, and what it does not deny is not."""

from collections.abc import Iterator, Sequence

from tools.medical.denials import differ, find_denials
from tools.medical.forces import forbids_only, orders
from tools.medical.gates.finding import Finding
from tools.medical.negation import contradicts_itself, nearest
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion, VersionSentence


def check_negation(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Sentences that deny where what they cite affirms, or the other way round.

    Measured by the nearest sentences of what is cited; by all of it where none shares a word.
    """
    texts = records.sources()
    for sentence in version.sentences():
        cited = [texts[source] for source in sentence.sources if source in texts]
        source = _measure(version, sentence, cited)
        if not source:
            continue
        denies, affirms = differ(
            find_denials(sentence.text, version.language), find_denials(source, version.language)
        )
        affirms = (
            affirms
            or (forbids_only(source, version.language) and orders(sentence.text, version.language))
            or (contradicts_itself(sentence.text) and not contradicts_itself(source))
        )
        if denies or affirms:
            told = (
                "affirms what the guideline denies"
                if affirms
                else "denies or forbids what the guideline does not"
            )
            yield Finding(gate="negation", sentence=sentence.id, message=f"The sentence {told}: “{source}”")


def _measure(version: PatientVersion, sentence: VersionSentence, cited: Sequence[str]) -> str:
    """What the sentence says again: all of a recommendation that it alone gives, else what is nearest."""
    whole = " ".join(cited)
    if sentence.kind == "recommendation" and all(len(version.citing(one)) == 1 for one in sentence.sources):
        return whole
    return nearest(sentence.text, cited, version.language) or whole
