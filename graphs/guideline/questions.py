"""What the model is asked about a guideline, what it may answer, and what makes an answer unusable."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field

from prompts import PROMPTS
from tools.llm.structured import Problem, Question
from tools.medical.certainty import read_certainty
from tools.medical.gates import check_draft
from tools.medical.grade import WORDS, Certainty, Direction, Strength, read_grades
from tools.medical.quotes import find_pages
from tools.medical.records import GuidelineRecords
from tools.medical.version import Kind, PatientVersion, VersionSection, VersionSentence
from tools.text.language import Language


class FoundPassage(BaseModel):
    """Words of a block."""

    block: str
    text: str


class FoundRecommendation(BaseModel):
    """A recommendation, with the block that it stands in."""

    block: str
    quote: str
    population: str
    intervention: str
    comparator: str = ""
    outcome: str = ""
    direction: Direction
    strength: Strength
    certainty: Certainty | None = None
    doses: list[str] = []
    setting: str = ""
    contraindications: list[FoundPassage] = []
    red_flags: list[FoundPassage] = []


class Extraction(BaseModel):
    """What stands in some blocks."""

    recommendations: list[FoundRecommendation]
    facts: list[FoundPassage] = []


class Objection(BaseModel):
    """What a specialist found wrong with a record."""

    record: str
    field: str
    problem: str


class Objections(BaseModel):
    """All that one specialist found."""

    objections: list[Objection]


class DraftSentence(BaseModel):
    """One sentence of a draft."""

    text: Annotated[str, Field(min_length=1)]
    kind: Kind
    sources: list[str] = []


class Draft(BaseModel):
    """One section."""

    sentences: list[DraftSentence]


def ask_extraction(language: Language, blocks: Sequence[Mapping[str, Any]]) -> Question[Extraction]:
    """Which recommendations stand in these blocks."""
    texts = {block["id"]: block["text"] for block in blocks}
    prompt = PROMPTS[f"guideline/extract.{language}"]
    return Question(
        instructions=prompt.render(),
        data={"language": language, "blocks": [dict(block) for block in blocks]},
        schema=Extraction,
        check=lambda value: list(_wrong_in_extraction(value, texts, language)),
        prompt=prompt,
    )


def ask_review(language: Language, role: str, data: Mapping[str, Any]) -> Question[Objections]:
    """What a specialist finds wrong with records."""
    known = {record["id"] for record in data["records"]}
    prompt = PROMPTS[f"guideline/review.{language}"]

    def check(value: Objections) -> list[Problem]:
        return [
            Problem(item=objection.record, message=f"there is no record {objection.record!r}")
            for objection in value.objections
            if objection.record not in known
        ]

    return Question(
        instructions=prompt.render(role=role),
        data={"language": language, **data},
        schema=Objections,
        check=check,
        prompt=prompt,
    )


def ask_draft(language: Language, data: Mapping[str, Any], records: GuidelineRecords) -> Question[Draft]:
    """A section of the version.

    Args:
        data: What the section is written from; see the prompt.
        records: The same, as records: its recommendations are all to be given.
    """
    prompt = PROMPTS[f"guideline/write.{language}"]

    def check(value: Draft) -> list[Problem]:
        version = as_version(language, value)
        return [
            Problem(item=finding.sentence or finding.source or "", message=finding.message)
            for finding in check_draft(version, records)
        ]

    return Question(
        instructions=prompt.render(),
        data={"language": language, **data},
        schema=Draft,
        check=check,
        prompt=prompt,
    )


def as_version(language: Language, draft: Draft) -> PatientVersion:
    """A draft as a version of one section, its sentences numbered."""
    sentences = [
        VersionSentence(
            id=f"s{number}", text=sentence.text.strip(), kind=sentence.kind, sources=sentence.sources
        )
        for number, sentence in enumerate(draft.sentences, start=1)
    ]
    section = VersionSection(id="draft", heading="", sentences=sentences)
    return PatientVersion(language=language, title="", sections=[section])


def material(records: GuidelineRecords, language: Language) -> dict[str, Any]:
    """Records as the writer is shown them: with the words that say their strength."""
    return {
        "recommendations": [
            {
                **one.model_dump(include={"id", "quote", "population", "doses", "strength", "direction"}),
                "words": list(WORDS[language][one.grade][:4]),
            }
            for one in records.recommendations
        ],
        "passages": [
            {"id": passage.id, "kind": kind, "text": passage.text} for kind, passage in _passages(records)
        ],
    }


def _passages(records: GuidelineRecords) -> Iterator[tuple[str, Any]]:
    for one in records.recommendations:
        yield from (("contraindication", passage) for passage in one.contraindications)
        yield from (("red_flag", passage) for passage in one.red_flags)
    yield from (("fact", passage) for passage in records.passages)


def _wrong_in_extraction(
    value: Extraction, texts: Mapping[str, str], language: Language
) -> Iterator[Problem]:
    for one in value.recommendations:
        yield from _not_verbatim(one.block, one.quote, texts)
        for dose in one.doses:
            yield from _not_verbatim(one.block, dose, texts)
        for warning in (*one.contraindications, *one.red_flags):
            yield from _not_verbatim(warning.block, warning.text, texts)
        said = read_grades(one.quote, language)
        if len(said) == 1 and (one.strength, one.direction) not in {(g.strength, g.direction) for g in said}:
            (grade,) = said
            message = (
                f"{one.quote!r} is {grade.strength} {grade.direction}, not {one.strength} {one.direction}"
            )
            yield Problem(item=one.block, message=message)
        stated = read_certainty(one.quote, language)
        if stated and one.certainty != stated:
            message = f"{one.quote!r} states {stated} certainty, not {one.certainty}"
            yield Problem(item=one.block, message=message)
    for fact in value.facts:
        yield from _not_verbatim(fact.block, fact.text, texts)


def _not_verbatim(block: str, words: str, texts: Mapping[str, str]) -> Iterator[Problem]:
    if block not in texts:
        yield Problem(item=block, message=f"there is no block {block!r}")
    elif not find_pages(words, [texts[block]]):
        yield Problem(item=block, message=f"{words!r} does not stand in block {block!r} word for word")
