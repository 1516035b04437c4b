"""What a sentence says stands in what it cites, and not only elsewhere in the guideline, or nowhere."""

from collections.abc import Iterator, Mapping, Sequence

from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.sentences import split_sentences
from tools.medical.support import in_common, is_akin, told
from tools.medical.version import PatientVersion, VersionSentence

_LEAST = 2  # things that a sentence has in common with its source
_LEAST_TOLD = 3  # things that a sentence tells, for its support to be judged
_ELSEWHERE = 1.5  # times as much in common with another passage: it is that one's


def check_support(version: PatientVersion, records: GuidelineRecords) -> Iterator[Finding]:
    """Sentences, and parts of them, that have next to nothing in common with what they cite.

    That they have something in common does not say that they are faithful: that is for the other gates.
    """
    texts, whom = _texts(records), {one.id: one.population for one in records.recommendations}
    for sentence in version.sentences():
        sources = [source for source in sentence.sources if source in texts]
        if not sources or sentence.kind == "addition":
            continue
        cited = " ".join(texts[source] for source in sources)
        people = " ".join(whom.get(source, "") for source in sources)
        for part in _unsupported(sentence, cited, people, version):
            message = f"What it cites does not say “{part}”: “{cited}”. Leave it out, or mark it as added."
            yield Finding(gate="support", sentence=sentence.id, message=message)
        if other := _elsewhere(sentence, cited, texts):
            message = f"It cites {', '.join(sources)}, and says what {other} says: “{texts[other]}”"
            yield Finding(gate="support", sentence=sentence.id, source=other, message=message)


def _unsupported(
    sentence: VersionSentence, cited: str, people: str, version: PatientVersion
) -> Sequence[str]:
    is_short = told(sentence.text) < _LEAST_TOLD
    # Of a recommendation more has to be kept than whom it is for.
    is_kept = in_common(sentence.text, cited) >= _LEAST and in_common(sentence.text, cited, people)
    if not is_short and not is_kept:
        return [sentence.text]
    parts = [part.text for part in split_sentences(sentence.text, version.language)]
    return [part for part in parts if told(part) >= _LEAST_TOLD and not is_akin(part, cited)]


def _elsewhere(sentence: VersionSentence, cited: str, texts: Mapping[str, str]) -> str | None:
    """The source, not cited, that says far more of the sentence."""
    own = in_common(sentence.text, cited)
    others = {id: in_common(sentence.text, text) for id, text in texts.items() if id not in sentence.sources}
    best = max(others, key=lambda id: others[id], default=None)
    return best if best and others[best] > own and others[best] >= _ELSEWHERE * own else None


def _texts(records: GuidelineRecords) -> Mapping[str, str]:
    """Words of the guideline by id; with a recommendation's, whom and what it is about."""
    about = {one.id: f"{one.population} {one.intervention}" for one in records.recommendations}
    return {id: f"{text} {about.get(id, '')}".strip() for id, text in records.sources().items()}
