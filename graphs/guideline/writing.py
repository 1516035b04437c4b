"""Sections of the version: what each is written from, and what its drafts come to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphs.guideline.questions import Draft, as_version, material
from tools.medical.gates.finding import Finding
from tools.medical.records import GuidelineRecords
from tools.medical.templates import SectionPlan, Template
from tools.medical.version import PatientVersion, VersionSection, VersionSentence
from tools.text.language import Language

_AT_ONCE = 6  # recommendations of one question


def writing_tasks(template: Template, wave: int, records: GuidelineRecords) -> Iterator[dict[str, Any]]:
    """What the sections of one priority are written from, a few recommendations at a time."""
    for section in template.sections:
        if section.priority != wave:
            continue
        for part, some in enumerate(_parts(section, records)):
            yield {"section": section.id, "part": part, "records": some.model_dump()}


def _parts(section: SectionPlan, records: GuidelineRecords) -> Iterator[GuidelineRecords]:
    if section.takes == "recommendations":
        for first in range(0, len(records.recommendations), _AT_ONCE):
            yield GuidelineRecords(recommendations=records.recommendations[first : first + _AT_ONCE])
    elif section.takes == "nothing" or records.passages:
        yield GuidelineRecords(
            recommendations=[], passages=records.passages if section.takes == "facts" else []
        )


def draft_data(
    section: SectionPlan, language: Language, records: GuidelineRecords, notes: Sequence[str]
) -> dict[str, Any]:
    """What the writer is shown."""
    return {
        "heading": section.heading[language],
        "purpose": section.purpose[language],
        **material(records, language),
        "notes": list(notes),
    }


def repair_data(
    data: Mapping[str, Any], sentences: Sequence[VersionSentence], findings: Sequence[Finding]
) -> dict[str, Any]:
    """The same, with what is wrong with an earlier draft."""
    wrong = [
        {"text": sentence.text, "sources": sentence.sources, "wrong": faults}
        for sentence in sentences
        if (faults := [finding.message for finding in findings if finding.sentence == sentence.id])
    ]
    missing = [finding.message for finding in findings if finding.sentence is None]
    return {**data, "previous": [sentence.text for sentence in sentences], "wrong": wrong, "missing": missing}


def extracted(language: Language, records: GuidelineRecords) -> Draft:
    """A draft without a model: the guideline's own words, each under its source."""
    recommendations = [
        {"text": text, "kind": kind, "sources": [id]}
        for one in records.recommendations
        for text, kind, id in (
            (one.quote, "recommendation", one.id),
            *((warning.text, "warning", warning.id) for warning in one.warnings),
        )
    ]
    facts = [{"text": one.text, "kind": "fact", "sources": [one.id]} for one in records.passages]
    return Draft.model_validate({"sentences": [*recommendations, *facts]})


def assemble(
    template: Template, language: Language, title: str, drafts: Sequence[Mapping[str, Any]]
) -> PatientVersion:
    """The sections in the template's order, of each part the latest draft."""
    latest: dict[tuple[str, int], Mapping[str, Any]] = {}
    for draft in drafts:
        latest[draft["section"], draft["part"]] = draft
    sections: list[VersionSection] = []
    for section in template.sections:
        sentences = [
            sentence.model_copy(update={"id": f"{section.id}.{part}.{sentence.id}"})
            for (of_section, part), draft in sorted(latest.items(), key=lambda item: item[0])
            if of_section == section.id
            for sentence in as_version(language, Draft.model_validate(draft["value"])).sentences()
        ]
        if sentences:
            heading = section.heading[language]
            sections.append(VersionSection(id=section.id, heading=heading, sentences=sentences))
    return PatientVersion(language=language, title=title, sections=sections)


def of_part(section: VersionSection, part: int) -> list[VersionSentence]:
    """The sentences that one question wrote."""
    return [sentence for sentence in section.sentences if sentence.id.startswith(f"{section.id}.{part}.")]
