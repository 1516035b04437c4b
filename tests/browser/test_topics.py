"""Topics in the console: texts sent, plan confirmed, topics edited, then shown, asked about and saved."""

import csv
import io
from typing import TYPE_CHECKING

import pytest

from evals.topics_planted import plant

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.timeout(300)


def _table() -> bytes:
    corpus = plant(seed=2, documents=120).corpus
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["text", "year", "cov_half"])
    writer.writerows(zip(corpus.texts, corpus.times or (), corpus.groups["cov_half"], strict=True))
    return buffer.getvalue().encode()


def _asked(page: "Page", subject: str) -> None:
    page.wait_for_selector(f".topics-review[data-subject={subject}]:not([inert])")


def _edit(page: "Page", act: str, *, then: int) -> None:
    """Change the topics that are shown; they are shown anew, so many of them."""
    page.click(act)
    _asked(page, "topics")
    assert page.locator(".topics-review .card").count() == then


def test_a_person_leads_texts_to_topics_and_asks_about_them(page: "Page") -> None:
    page.click("a[href='#/topics']")
    page.set_input_files("#topics-files", {"name": "t.csv", "mimeType": "text/csv", "buffer": _table()})
    page.click("#topics-send")
    _asked(page, "columns")
    uses = page.locator(".topics-review select").evaluate_all("all => all.map((one) => one.value)")
    assert uses == ["text", "time", "group"]
    page.click("#topics-approve")

    _asked(page, "plan")
    others = page.locator(".topics-review fieldset input:checked:not([value=nmf])")
    others.evaluate_all("all => all.forEach((one) => one.click())")
    page.fill("#topics-counts", "5")
    page.click("#topics-approve")
    _asked(page, "plan")
    assert page.locator(".topics-review fieldset input:checked").count() == 1
    page.click("#topics-approve")

    _asked(page, "topics")
    page.check(".topics-review .card >> nth=0 >> input[type=checkbox]")
    page.check(".topics-review .card >> nth=1 >> input[type=checkbox]")
    _edit(page, "#topics-merge", then=4)
    _edit(page, "#topics-undo", then=5)
    _edit(page, ".card[data-topic='5'] .exclude", then=4)
    page.click("#topics-approve")

    page.wait_for_selector(".topics-result")
    assert page.locator(".topics-result .card[data-topic]").count() == 4
    assert page.locator(".topics-result .card[data-topic] q").count() >= 4
    page.wait_for_selector("[data-figure=hierarchy] [data-told]")
    figures = page.locator(".figure").evaluate_all("all => all.map((one) => one.dataset.figure)")
    assert {"similarity", "hierarchy", "document_map", "shares_by_group_1"} <= set(figures)
    page.click("[data-trend='2']")
    assert page.locator(".topics-figure .is-chosen").count() == 1
    page.fill("#topics-question", "How large is topic 1?")
    page.click("#topics-ask")
    page.wait_for_selector("#topics-answers progress", state="detached")
    assert "%" in page.inner_text("#topics-answers p >> nth=1")
    with page.expect_download() as download:
        page.click("[data-file=report]")
    assert download.value.suggested_filename == "report.zip"
    page.click("a[href='#/topics']")
    page.wait_for_selector(".recent a")
    assert page.inner_text(".recent a") == "t.csv"
