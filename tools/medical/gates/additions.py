"""What the guideline does not say is marked as added, and recommends nothing."""

from collections.abc import Iterator

from tools.medical.gates.finding import Finding
from tools.medical.quantities import find_quantities
from tools.medical.version import PatientVersion


def check_additions(version: PatientVersion) -> Iterator[Finding]:
    """Sentences without sources that are not marked, marked ones with sources, and added quantities."""
    for sentence in version.sentences():
        is_addition = sentence.kind == "addition"
        if is_addition == bool(sentence.sources):
            told = (
                "is marked as added and cites sources"
                if is_addition
                else "cites nothing and is not marked as added"
            )
            yield Finding(gate="additions", sentence=sentence.id, message=f"The sentence {told}.")
        if is_addition and find_quantities(sentence.text):
            yield Finding(
                gate="additions", sentence=sentence.id, message="An added sentence must not bring quantities."
            )
