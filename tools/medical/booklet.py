"""The version as a reader holds it: every part that RIGHT-PVG asks for, in one order, for every format.

Source of the items: Wang 2021, RIGHT-PVG, doi 10.1186/s13012-020-01066-z.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote as quote_name

from pydantic import BaseModel

from tools.medical.glossary import glossary
from tools.medical.grade import CERTAINTY_WORDS, Grade
from tools.medical.records import GuidelineRecords, Recommendation
from tools.medical.version import PatientVersion
from tools.medical.wording import WORDING, Wording

PartKind = Literal[
    "notice",
    "heading",
    "paragraph",
    "recommendation",
    "warning",
    "fact",
    "addition",
    "table",
    "figure",
    "source",
]


class Part(BaseModel):
    """One piece of the booklet, as it is set."""

    kind: PartKind
    text: str = ""
    id: str = ""  #: What links point to.
    label: str = ""  #: Strength and certainty of a recommendation, in words and with a sign.
    sources: list[str] = []  #: Ids of the parts of kind ``source`` that it rests on.
    page: int = 0  #: Of a source, in the guideline.
    rows: list[list[str]] = []  #: Of a table; of a figure what it says, a line a row.
    picture: bytes | None = None  #: Of a figure, as PNG.


class Booklet(BaseModel):
    """The whole."""

    language: str
    title: str
    subtitle: str
    parts: list[Part]
    document: str = ""  #: The guideline's file name, where its pages can be linked to.


class Origin(BaseModel):
    """What is known of the guideline and of the making."""

    name: str  #: The file's name.
    title: str
    pages: int
    status: Literal["passed", "flagged", "approved", "rejected"]
    is_offline: bool
    open_findings: list[str] = []
    reviewer: str = ""
    page_texts: list[str]  #: The guideline's text, in which terms, funding and the like are looked for.


def make_booklet(
    version: PatientVersion, records: GuidelineRecords, origin: Origin, figures: Sequence[Mapping[str, Any]]
) -> Booklet:
    """Put the parts in their order.

    Args:
        figures: Tables (``kind``, ``section``, ``page``, ``rows``) and others (``caption``, ``picture`` as
            PNG, ``described``: what it says, a line each), as they stand in the guideline.
    """
    words = WORDING[version.language]
    missing = words.not_found if origin.is_offline else words.not_reported
    no_facts = words.not_looked_for if origin.is_offline else words.not_reported
    parts = [
        *_notices(words, origin),
        *_sections(version, records, words, missing),
        *_what_is_missing(version, words, missing, no_facts),
        *_legend(version, words),
        *_figures(figures, words),
        *_glossary(version, origin, words),
        *_making(words, origin),
        *_sources(records, words),
        Part(kind="heading", id="disclaimer", text=words.disclaimer_heading),
        Part(kind="paragraph", text=words.disclaimer),
    ]
    subtitle = words.subtitle.format(guideline=origin.title or origin.name)
    return Booklet(
        language=version.language,
        title=version.title or origin.name,
        subtitle=subtitle,
        parts=parts,
        document=origin.name if origin.name.lower().endswith(".pdf") else "",
    )


def page_link(booklet: Booklet, part: Part) -> str | None:
    """Where a source's page is, for a reader who has the guideline beside the version; None without pages."""
    return (
        f"{quote_name(booklet.document, safe='')}#page={part.page}"
        if booklet.document and part.page
        else None
    )


def _notices(words: Wording, origin: Origin) -> Iterator[Part]:
    if origin.status in ("flagged", "rejected"):
        yield Part(kind="notice", id="flagged", text=words.flagged.format(count=len(origin.open_findings)))
        yield from (Part(kind="notice", text=finding) for finding in origin.open_findings)
    if origin.is_offline:
        yield Part(kind="notice", id="offline", text=words.offline)
    yield Part(kind="paragraph", id="scope", text=words.scope)


def _sections(
    version: PatientVersion, records: GuidelineRecords, words: Wording, missing: str
) -> Iterator[Part]:
    by_id = {recommendation.id: recommendation for recommendation in records.recommendations}
    for section in version.sections:
        yield Part(kind="heading", id=section.id, text=section.heading)
        for sentence in section.sentences:
            kind: PartKind = sentence.kind
            label = ""
            if sentence.kind == "recommendation":
                label = "; ".join(_label(by_id[id], words, missing) for id in sentence.sources if id in by_id)
            elif sentence.kind == "addition":
                label = words.added
            yield Part(kind=kind, id=sentence.id, text=sentence.text, label=label, sources=sentence.sources)


def _what_is_missing(version: PatientVersion, words: Wording, missing: str, no_facts: str) -> Iterator[Part]:
    """What readers need and the version lacks: said to be missing, or asked in words of our own."""
    if not any(sentence.kind == "warning" for sentence in version.sentences()):
        yield Part(kind="paragraph", id="no-warnings", text=words.no_warnings.format(told=missing))
    if not any(sentence.kind == "fact" for sentence in version.sentences()):
        yield Part(kind="paragraph", id="no-facts", text=words.no_facts.format(told=no_facts))
    if not any(section.id == "questions" for section in version.sections):
        yield Part(kind="heading", id="questions", text=words.questions_heading)
        yield from (Part(kind="addition", text=text, label=words.added) for text in words.questions)


def _label(recommendation: Recommendation, words: Wording, missing: str) -> str:
    grade = words.grades[_key(recommendation.grade)]
    certainty = recommendation.certainty
    level = words.levels[certainty] if certainty else missing
    return f"{grade}{words.separator}{words.certainty.format(level=level)}"


def _key(grade: Grade) -> str:
    return f"{grade.strength} {grade.direction}"


def _legend(version: PatientVersion, words: Wording) -> Iterator[Part]:
    yield Part(kind="heading", id="legend", text=words.legend_heading)
    for key, label in words.grades.items():
        yield Part(kind="paragraph", text=f"{label}: {words.grade_meanings[key]}")
    for level, sentence in CERTAINTY_WORDS[version.language].items():
        yield Part(kind="paragraph", text=f"{words.certainty.format(level=words.levels[level])}: {sentence}")


def _figures(figures: Sequence[Mapping[str, Any]], words: Wording) -> Iterator[Part]:
    if figures:
        yield Part(kind="heading", id="tables", text=words.tables_heading)
    for figure in figures:
        place = words.table.format(section=figure["section"], page=figure["page"])
        if figure["kind"] == "table":
            yield Part(kind="table", text=place, rows=[list(row) for row in figure["rows"]])
            continue
        told = [[line] for line in figure["described"]]
        caption = words.separator.join(text for text in (figure["caption"], place) if text)
        yield Part(kind="figure", text=caption, picture=figure["picture"], rows=told)


def _glossary(version: PatientVersion, origin: Origin, words: Wording) -> Iterator[Part]:
    """Terms of the version: as the guideline spells them out, or added and marked so."""
    said = " ".join(sentence.text for sentence in version.sentences())
    yield Part(kind="heading", id="glossary", text=words.glossary_heading)
    terms = glossary(said, origin.page_texts, version.language)
    for term in terms:
        label = words.page.format(page=term.page) if term.page else words.added
        text = f"{term.term}{words.colon}{term.meaning}"
        yield Part(kind="paragraph" if term.page else "addition", text=text, label=label)
    if not terms:
        yield Part(kind="paragraph", id="no-terms", text=words.no_terms)


def _making(words: Wording, origin: Origin) -> Iterator[Part]:
    yield Part(kind="heading", id="making", text=words.making_heading)
    yield Part(
        kind="paragraph", id="source", text=words.made_from.format(name=origin.name, pages=origin.pages)
    )
    if origin.reviewer:
        yield Part(kind="paragraph", id="reviewer", text=words.reviewed.format(reviewer=origin.reviewer))
    for topic, (heading, pattern) in words.topics.items():
        found = _sentence_about(pattern, "\n".join(origin.page_texts))
        yield Part(
            kind="paragraph", id=topic, text=f"{heading}{words.separator}{found or words.not_reported}"
        )


def _sentence_about(pattern: str, text: str) -> str | None:
    found = re.search(rf"[^.。\n]*(?:{pattern})[^.。\n]*[.。]?", text, re.IGNORECASE)
    return found[0].strip() if found else None


def _sources(records: GuidelineRecords, words: Wording) -> Iterator[Part]:
    yield Part(kind="heading", id="sources", text=words.sources_heading)
    for recommendation in records.recommendations:
        yield _source(recommendation.id, recommendation.quote, recommendation.page, words)
        for warning in recommendation.warnings:
            yield _source(warning.id, warning.text, warning.page, words)
    for passage in records.passages:
        yield _source(passage.id, passage.text, passage.page, words)


def _source(id: str, quote: str, page: int, words: Wording) -> Part:
    return Part(kind="source", id=id, text=quote, label=words.page.format(page=page), page=page)
