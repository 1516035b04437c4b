"""What a person is shown of a version whose gates stay closed, and what comes back."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from graphs.guideline.verdict import Verdict
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.version import PatientVersion


def shown(
    version: PatientVersion, records: GuidelineRecords, findings: Sequence[Finding]
) -> list[dict[str, object]]:
    """Each finding, with the sentence and the guideline's words."""
    sentences = {sentence.id: sentence.text for sentence in version.sentences()}
    sources = records.sources()
    return [
        {
            **finding.model_dump(),
            "text": sentences.get(finding.sentence or ""),
            "source_text": sources.get(finding.source or ""),
        }
        for finding in findings
    ]


def read_verdict(value: object, version: PatientVersion) -> tuple[Verdict | None, list[str]]:
    """The verdict that came back, or what is wrong with it.

    Args:
        value: ``{"decision", "reviewer", "notes", "edits": {sentence id: text}}``; anything, since it comes
            from outside.
    """
    if not isinstance(value, Mapping):
        return None, ['answer with an object: {"decision": "approve", "reviewer": "...", "edits": {}}']
    try:
        verdict = Verdict.model_validate(value)
    except ValidationError as error:
        return None, [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    known = {sentence.id for sentence in version.sentences()}
    unknown = sorted(verdict.edits.keys() - known)
    return (None, [f"edits: there is no sentence {id!r}" for id in unknown]) if unknown else (verdict, [])


def edited(version: PatientVersion, verdict: Verdict) -> PatientVersion:
    """The version with the person's wording."""
    changed = version.model_copy(deep=True)
    for sentence in changed.sentences():
        sentence.text = verdict.edits.get(sentence.id, sentence.text)
    return changed
