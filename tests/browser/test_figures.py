"""Figures of topics in the console: drawn from a result, read by mouse and by keyboard, and as tables."""

import base64
import csv
import json
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from evals.topics_planted import plant
from tests.browser.conftest import Journal, console
from tests.fixtures.service_process import ServiceProcess
from tools.topics.figures.tables import figure_tables
from tools.topics.packing import zipped
from tools.topics.running.job import Job
from tools.topics.running.steps import run_step

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.timeout(300)

LABEL = 'says "a, b",\nthen <b>c</b>'
SHOW = """async ([report, analysis, name]) => {
    const { Archive } = await import("/console/archive.js");
    const { figure } = await import("/console/figure.js");
    const drawing = await import("/console/topics_map.js");
    const archive = new Archive(Uint8Array.from(atob(report), (byte) => byte.charCodeAt(0)).buffer);
    const names = new Map(analysis.topics.map(({ id }) => [id, analysis.labels[id].label]));
    const drawn = {
        similarity: () => drawing.similarityPicture(analysis, names),
        hierarchy: () => drawing.hierarchyPicture(archive, names),
        document_map: () => drawing.documentMap(analysis, names),
    }[name];
    const content = [await drawn()].flat();
    document.getElementById("main").replaceChildren(figure(Promise.resolve(archive), name, name, ...content));
}"""


@pytest.fixture(scope="module")
def page(browser: "Browser", service: ServiceProcess) -> Iterator["Page"]:
    """One for all: each test shows a figure of its own."""
    with console(browser, service, Journal()) as page:
        yield page


def unheard(done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def analysis() -> dict[str, Any]:
    """What figures of four topics are drawn from; one is called by a name that is hard to write down."""
    files = {"corpus.zip": plant(seed=2, documents=60).corpus.save()}
    settings = {"spec": {"kind": "nmf", "topics": 4}, "again": 0}
    trained = run_step(Job(step="train", settings=settings, files=files), unheard)
    files["model.zip"] = trained["model.zip"]
    described = run_step(Job(step="describe", settings={"edits": []}, files=files), unheard)
    labels = {str(id): {"label": LABEL if id == 1 else f"topic {id}"} for id in range(1, 5)}
    return {**json.loads(described["analysis.json"]), "labels": labels}


@pytest.fixture(scope="module")
def tables(analysis: dict[str, Any]) -> dict[str, bytes]:
    """The tables of the figures, by their names."""
    return {table.name: table.csv() for table in figure_tables(analysis)}


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(table.decode("utf-8-sig"))))


def show(page: "Page", analysis: dict[str, Any], tables: dict[str, bytes], name: str) -> None:
    """Show a figure, with the tables as the report's archive holds them."""
    archive = zipped({f"figures/{key}.csv": table for key, table in tables.items()})
    page.evaluate(SHOW, [base64.b64encode(archive).decode(), analysis, name])


def test_figure_s_table_and_file_are_the_report_s(
    page: "Page", analysis: dict[str, Any], tables: dict[str, bytes]
) -> None:
    show(page, analysis, tables, "similarity")
    page.click(".figure summary")
    page.wait_for_selector(".figure tbody tr")

    read = "all => all.map(row => [...row.cells].map(cell => cell.textContent))"
    shown = page.locator(".figure tbody tr").evaluate_all(read)
    assert shown == [list(row.values()) for row in rows(tables["similarity"])]
    with page.expect_download() as download:
        page.click("text=CSV")
    assert download.value.suggested_filename == "similarity.csv"
    assert download.value.path().read_bytes() == tables["similarity"]


def test_likeness_is_read_by_arrow_keys(
    page: "Page", analysis: dict[str, Any], tables: dict[str, bytes]
) -> None:
    show(page, analysis, tables, "similarity")
    page.focus("[data-told] >> nth=0")
    page.keyboard.press("ArrowRight")

    told = page.inner_text(".told")
    assert "topic 2" in told
    assert f"{analysis['similarity'][0][1]:.3f}".rstrip("0") in told
    assert page.locator("[data-told][tabindex='0']").count() == 1


def test_hierarchy_has_a_mark_for_each_join_of_the_table(
    page: "Page", analysis: dict[str, Any], tables: dict[str, bytes]
) -> None:
    show(page, analysis, tables, "hierarchy")

    told = page.locator("[data-told]").evaluate_all("all => all.map(mark => mark.dataset.told)")
    distances = [f"{float(row['distance']):.3f}".rstrip("0") for row in rows(tables["hierarchy"])]
    assert [text.rsplit(" ", 1)[1] for text in told] == distances
    for label in (LABEL, "topic 2", "topic 3", "topic 4"):
        assert label in told[-1]  # The last join has all topics below it.


def test_one_topic_s_documents_can_be_seen_alone_and_read_one_by_one(
    page: "Page", analysis: dict[str, Any], tables: dict[str, bytes]
) -> None:
    show(page, analysis, tables, "document_map")
    points = analysis["map"]["points"]
    assert page.locator(".point").count() == len(points)

    page.click("[data-only='2']")
    own = [point["row"] for point in points if point["topic"] == 1]
    assert page.locator(".point:not(.is-faded)").count() == len(own)
    page.focus(".point:not(.is-faded) >> nth=0")
    page.keyboard.press("ArrowDown")
    assert page.inner_text(".told").startswith(f"row {own[1]} · topic 2")
    page.click("[data-only='2']")
    assert page.locator(".point.is-faded").count() == 0
