"""Figures and reports: everything in them stands in the result, and texts of documents stay texts."""

import csv
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO, StringIO
from string import Formatter
from typing import Any

import pytest
from docx import Document
from lxml import etree

from evals.topics_planted import plant
from tools.text.language import Language
from tools.topics.figures.drawing import draw
from tools.topics.figures.fonts import unprintable
from tools.topics.figures.tables import figure_tables
from tools.topics.figures.wording import WORDS
from tools.topics.report.blocks import Paragraph
from tools.topics.report.making import make_report
from tools.topics.report.wording import wording
from tools.topics.report.writing import write_report
from tools.topics.running.job import Job
from tools.topics.running.steps import run_step

HOSTILE = r"<script>alert(1)</script> \input{/etc/passwd} $x$ | `rm` =cmd()"


def unheard(done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def analysis() -> dict[str, Any]:
    """Of three topics, with a label that means harm."""
    corpus = plant(seed=2, documents=60).corpus
    spec = {"kind": "nmf", "topics": 3}
    files = {"corpus.zip": corpus.save()}
    trained = run_step(Job(step="train", settings={"spec": spec, "again": 0}, files=files), unheard)
    files["model.zip"] = trained["model.zip"]
    edits = [{"op": "rename", "topic": 1, "label": HOSTILE}]
    made = run_step(Job(step="describe", settings={"edits": edits}, files=files), unheard)
    trial = json.loads(trained["summary.json"])
    return {**json.loads(made["analysis.json"]), "edits": edits, "trials": [trial]}


@pytest.fixture(scope="module")
def report(analysis: dict[str, Any]) -> Mapping[str, bytes]:
    """Every file of the report, by its name in the archive."""
    made = make_report(analysis, "en", unheard)
    with zipfile.ZipFile(BytesIO(made["report.zip"])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_figure_comes_with_the_table_it_is_drawn_from(
    analysis: dict[str, Any], report: Mapping[str, bytes]
) -> None:
    names = [table.name for table in figure_tables(analysis)]

    assert {"topic_words", "shares_over_time", "shares_by_group_1", "document_map", "models"} <= set(names)
    drawn = {name for name in report if name.startswith("figures/")}
    assert drawn == {f"figures/{name}.{form}" for name in names for form in ("png", "svg", "csv")}
    rows = list(csv.DictReader(StringIO(report["figures/shares_over_time.csv"].decode("utf-8-sig"))))
    series = analysis["time"]["topics"][1]["series"]
    assert [float(row["share"]) for row in rows if row["topic"] == "2"] == [part["share"] for part in series]


def test_no_figure_and_no_sentence_of_what_the_data_do_not_have(analysis: dict[str, Any]) -> None:
    nothing = {"time": None, "groups": [], "words_over_time": [], "map": None, "trials": []}
    bare: dict[str, Any] = {**analysis, **nothing}

    assert [table.kind for table in figure_tables(bare)] == ["words", "shares", "similarity", "tree"]


def test_equal_tables_give_equal_bytes_and_other_numbers_another_figure(analysis: dict[str, Any]) -> None:
    table = next(table for table in figure_tables(analysis) if table.kind == "shares")
    id, label, share, *rest = table.rows[0]
    other = replace(table, rows=((id, label, share / 2, *rest), *table.rows[1:]))

    assert draw(table) == draw(table)
    assert draw(table)["topic_shares.svg"] != draw(other)["topic_shares.svg"]


def test_texts_of_documents_are_shown_and_never_run(report: Mapping[str, bytes]) -> None:
    page: Any = etree.fromstring(report["report.html"], etree.HTMLParser())
    assert page.xpath("//script") == []
    assert HOSTILE in "".join(page.itertext())
    assert rb"\textbackslash{}input\{/etc/passwd\} \$x\$" in report["report.tex"]
    assert rb"\input" not in report["report.tex"]
    assert rb"\<script\>" in report["report.md"]
    assert HOSTILE in "\n".join(p.text for p in Document(BytesIO(report["report.docx"])).paragraphs)
    formula = csv.reader(StringIO(report["figures/topic_words.csv"].decode("utf-8-sig")))
    assert not any(cell.startswith("=") for row in formula for cell in row)


def test_the_report_names_what_a_paper_has_to_say(
    analysis: dict[str, Any], report: Mapping[str, bytes]
) -> None:
    text = report["report.md"].decode().replace("\\", "")

    assert analysis["facts"]["data_sha256"] in text
    assert f"{analysis['measures']['npmi']:.3f}, that of chance {analysis['chance']['npmi']:.3f}" in text
    assert "seed 1" in text
    assert "| tomotopy | 0." in text
    quote = analysis["topics"][0]["quotes"][0]
    assert quote["quote"] in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_tuned_embedding_model_is_told_with_what_it_was_worth(
    analysis: dict[str, Any], language: Language
) -> None:
    measures = [{"loss": loss, "accuracy": share} for loss, share in ((3.1234, 0.25), (2.5, 0.5))]
    pairs = {"base": "tiny-base", "seed": 9, "pairs": 180, "held_out": 20}
    tuning = {**pairs, "before": measures[0], "after": measures[1]}
    tuned = {**analysis, "facts": {**analysis["facts"], "tuning": tuning}}

    blocks = write_report(tuned, [], language, versions={}, has_boxes=False)

    told = [block.text for block in blocks if isinstance(block, Paragraph)]
    (method,) = [text for text in told if "tiny-base" in text]
    assert all(number in method for number in ("180", "20", "3.123", "2.500", "0.250", "0.500"))
    assert told[-1].startswith("Hu, E. et al.")


def test_both_languages_say_the_same_with_the_same_numbers() -> None:
    def holes(words: Mapping[str, str]) -> dict[str, Any]:
        parts = Formatter().parse
        return {k: ({p[1] for p in parts(text) if p[1]}, text.count("|")) for k, text in words.items()}

    assert holes(wording("en")) == holes(wording("zh"))
    assert holes(WORDS["en"]) == holes(WORDS["zh"])


def test_characters_without_a_font_are_noticed() -> None:
    assert unprintable(["plain", "\ue123"]) == ["\ue123"]
