"""The booklet: where its pages lead, its figures, and how it does by PEMAT-P and CDC's index."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evals.guideline_gold import read_gold
from tools.medical import pemat
from tools.medical.booklet import Booklet, Origin, Part, make_booklet
from tools.medical.rendering.html import render_html
from tools.medical.rendering.markdown import render_markdown
from tools.medical.right_pvg import report

GOLD = {gold.name: gold for gold in read_gold()}
FIGURE: dict[str, Any] = {
    "kind": "algorithm",
    "section": "Checks",
    "page": 2,
    "caption": "Figure 1 <b>",
    "picture": b"\x89PNG",
    "described": ["Measure (above 140) → Treat"],
}


def _booklet(
    name: str = "diabetes.en", file: str = "g.pdf", wording: int = 1, *, is_offline: bool = False
) -> Booklet:
    gold = replace(GOLD[name], records=GOLD[name].records.model_copy(deep=True))
    origin = Origin(
        name=file,
        title=gold.title,
        pages=len(gold.pages),
        status="passed",
        is_offline=is_offline,
        page_texts=gold.pages,
    )
    version = gold.version(wording)
    if is_offline:
        gold.records.passages.clear()
        version.sections = [s for s in version.sections if s.sentences[0].kind == "recommendation"]
    version.sections.sort(key=lambda section: section.sentences[0].kind == "fact")  # as templates have it
    return make_booklet(version, gold.records, origin, [FIGURE])


def test_sources_lead_to_their_pages_in_a_pdf_that_lies_beside_the_version() -> None:
    page = render_html(_booklet(file="//my guide.pdf")).decode()
    assert '<a href="%2F%2Fmy%20guide.pdf#page=1">page 1</a>' in page
    assert "](g.pdf#page=2)" in render_markdown(_booklet()).decode()
    assert "#page=" not in render_html(_booklet(file="g.docx")).decode()


def test_without_a_model_nothing_is_said_to_be_missing_from_the_guideline_that_nobody_looked_for() -> None:
    text = render_markdown(_booklet(is_offline=True)).decode()
    assert "Side effects and warning signs: none found by fixed words, and no language model" in text
    assert "What the condition is: not looked for" in text
    answers = report(_booklet(is_offline=True))
    assert answers["7.2 undesirable outcomes"] == "not looked for"


def test_a_figure_is_shown_with_its_words_and_nothing_of_it_acts() -> None:
    page = render_html(_booklet()).decode()
    assert f"data:image/png;base64,{base64.b64encode(FIGURE['picture']).decode()}" in page
    assert "<figcaption>Figure 1 &lt;b&gt; · Checks, page 2</figcaption>" in page
    assert "<li>Measure (above 140) → Treat</li>" in page
    assert "- Measure (above 140) → Treat" in render_markdown(_booklet()).decode()


@pytest.mark.parametrize("name", GOLD)
def test_a_booklet_that_speaks_to_its_reader_reaches_the_goals(name: str) -> None:
    found = pemat.report(_booklet(name, wording=0))
    assert found["understandability"] >= 80
    assert found["actionability"] >= 80
    assert found["cdc"] >= 90


Spoil = Callable[[list[Part]], list[Part]]


def _saying(text: str) -> Spoil:
    return lambda parts: _rewritten(parts, text)


def _without(id: str) -> Spoil:
    return lambda parts: [part for part in parts if part.id != id]


def _without_labels(parts: list[Part]) -> list[Part]:
    return [part.model_copy(update={"label": ""}) for part in parts]


def _endless(parts: list[Part]) -> list[Part]:
    return [*parts, *[Part(kind="fact", text="You are.")] * 30]


SPOILT: list[tuple[str, Spoil]] = [
    ("21 addresses the reader", _saying("People take it.")),
    ("6 numbers are clear", _saying("You take it: 1 in 20 people get ill.")),
    ("5 active voice", _saying("You are treated.")),
    ("22 actions in steps", _saying("You stop and then rest and then eat.")),
    ("8 short sections", _endless),
    ("23 a tool to act with: questions", _without("questions")),
    ("4 medical terms are explained", _without("glossary")),
    ("12 visual cues", _without_labels),
]


@pytest.mark.parametrize(("item", "spoil"), SPOILT)
def test_what_a_reader_would_miss_is_seen(item: str, spoil: Spoil) -> None:
    good = _booklet()
    worse = good.model_copy(update={"parts": spoil(good.parts)})
    assert pemat.report(good)["items"][item] == "agree"
    assert pemat.report(worse)["items"][item] == "disagree"


def _rewritten(parts: list[Part], text: str) -> list[Part]:
    told = ("recommendation", "warning", "fact", "addition")
    return [part.model_copy(update={"text": text}) if part.kind in told else part for part in parts]
