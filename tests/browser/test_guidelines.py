"""A guideline in the console: sent, shown beside its version, held back, decided on and saved."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.timeout(300)

TEXT = b"# Diabetes\n\nWe recommend at least 150 minutes of walking per week for adults with diabetes.\n"


def _send(page: "Page", text: bytes) -> None:
    page.click("a[href='#/guidelines']")
    page.set_input_files("#guideline-file", {"name": "g.md", "mimeType": "text/markdown", "buffer": text})
    page.click("#guideline-send")


def test_a_sentence_shows_where_it_stands_in_the_guideline_and_the_version_is_saved(page: "Page") -> None:
    _send(page, TEXT)
    page.wait_for_selector(".guideline-files")
    page.click("section[aria-label='Version for patients'] .linked")
    shown = page.locator("section[aria-label='Guideline'] .linked.is-shown").all_inner_texts()
    assert ["150 minutes" in text and "page 1" in text for text in shown] == [True]
    with page.expect_download() as download:
        page.click(".guideline-files button >> nth=0")
    assert download.value.suggested_filename.startswith("g.md.pvg.")


def test_what_a_gate_holds_back_is_decided_on_by_a_person(page: "Page") -> None:
    _send(page, b"The weather was fine all week. " * 20)
    page.wait_for_selector("#approve")
    assert "No recommendation was found" in page.inner_text(".gates")
    page.fill("#reviewer", "Dr. Li")
    page.click("#reject")
    page.wait_for_selector(".guideline-files")
    assert "rejected" in page.inner_text("#task-status")


# Whom it is meant for, it does not say by any word that begins a recommendation: a person has to look.
HELD = b"""# Care

We suggest that clinicians do not routinely withhold anticoagulants in adults aged 75 years or older.
"""


def test_a_sentence_of_a_held_version_is_edited_and_the_version_approved(page: "Page") -> None:
    _send(page, HELD)
    page.wait_for_selector("#approve")
    held = page.locator(".linked:has(textarea)")
    assert "do not routinely withhold" in held.locator("textarea").input_value()
    held.locator("textarea").fill("Doctors should not keep blood thinners from people of 75 years or older.")
    page.fill("#reviewer", "Dr. Li")
    page.fill("#review-notes", "Plainer words.")
    page.click("#language")
    page.click("#language")
    assert page.input_value("#reviewer") == "Dr. Li"
    page.click("#approve")
    page.wait_for_selector(".guideline-files")

    assert "approved" in page.inner_text("#task-status")
    assert "keep blood thinners from" in page.inner_text("[aria-label='Version for patients']")
    with page.expect_download() as download:
        page.click("text=MD (English)")
    assert "keep blood thinners from" in download.value.path().read_text(encoding="utf-8")
