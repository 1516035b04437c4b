"""A translated version says what the version says: the same quantities, force, denials, people and drugs."""

from collections.abc import Iterator

from tools.medical.drugs import find_drugs
from tools.medical.gates.finding import Finding, GateName
from tools.medical.grade import read_grades
from tools.medical.negation import is_denied
from tools.medical.people import find_groups
from tools.medical.quantities import find_quantities
from tools.medical.version import PatientVersion, VersionSentence
from tools.text.language import Language


def check_translation(version: PatientVersion, translated: PatientVersion) -> Iterator[Finding]:
    """What is lost, added or changed, sentence by sentence; what lies outside of our lists is not seen.

    Names of drugs are counted: no table pairs them in both languages.
    """
    texts = {sentence.id: sentence.text for sentence in translated.sentences()}
    for sentence in version.sentences():
        text = texts.get(sentence.id)
        if text is None:
            yield Finding(gate="coverage", sentence=sentence.id, message=f"“{sentence.text}” is left out.")
            continue
        for gate, what in _differences(sentence, text, version.language, translated.language):
            message = f"{what}: “{sentence.text}” / “{text}”"
            yield Finding(gate=gate, sentence=sentence.id, message=message)


def _differences(
    sentence: VersionSentence, text: str, language: Language, target: Language
) -> Iterator[tuple[GateName, str]]:
    if _quantities(sentence.text) != _quantities(text):
        yield "numbers", "The quantities differ"
    if sentence.kind == "recommendation" and read_grades(sentence.text, language) != read_grades(
        text, target
    ):
        yield "strength", "The force of the recommendation differs"
    if sentence.kind != "addition" and is_denied(sentence.text, language) != is_denied(text, target):
        yield "negation", "One denies what the other does not"
    if find_groups(sentence.text) != find_groups(text):
        yield "population", "They speak of different people"
    if len(find_drugs(sentence.text)) != len(find_drugs(text)):
        yield "drugs", "They name different numbers of drugs"


def _quantities(text: str) -> set[tuple[object, ...]]:
    found = [stated.quantity for stated in find_quantities(text)]
    # A bare number may get a word to count with: "2" becomes 「2个」; its value has to stay.
    return {(one.low, one.high, one.unit, one.bound) for one in found}
