"""An audiobook in the console: cast, settled by click, spoken, and followed line by line while it plays."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Journal

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.timeout(180)

STORY = """CHAPTER I

“Who is there?” asked Mary Hale.

“Only me,” said Tom Brook.

“The boat.”

CHAPTER II

“Wait!” shouted Mary. Tom was gone.
"""


@contextmanager
def changing(page: "Page") -> Generator[None]:
    """Goes on once the page shows what has become of the book: its old cast is gone."""
    page.evaluate("document.querySelector('.cast-cards').dataset.isOld = 'yes'")
    yield
    page.wait_for_selector(".cast-cards:not([data-is-old])")


def test_a_book_is_cast_settled_spoken_and_heard_line_by_line(page: "Page") -> None:
    page.click("a[href='#/books']")
    page.set_input_files(
        "#book-file", {"name": "lamp.txt", "mimeType": "text/plain", "buffer": STORY.encode()}
    )
    page.fill("#book-title", "The Lamp")
    page.click("#book-send")
    page.wait_for_selector(".cast-card")
    assert page.locator(".cast-card .card-speaker").first.inner_text() == "Narrator"
    assert "about 0:" in page.inner_text("#task-status")

    # A line is settled by click, and what follows from it is shown.
    page.click(".said:has-text('The boat')")
    with changing(page):
        page.select_option("#line-speaker", label="Tom Brook")
    page.wait_for_selector(".card .card-speaker:has-text('Tom Brook')")
    with changing(page):
        page.select_option("#line-tone", "whispering")
    page.wait_for_function("() => document.querySelector('#line-tone')?.value === 'whispering'")
    with changing(page):
        page.select_option("select[aria-label='Voice of Tom Brook']", "en-us+m8")
    page.wait_for_function(
        """() => document.querySelector("select[aria-label='Voice of Tom Brook']")?.value === 'en-us+m8'"""
    )
    # What is wrong with a person is put right, and taken back.
    card = page.locator(".cast-card:has(.card-speaker:text-is('Mary Hale'))")
    card.locator("summary").click()
    card.locator("details input").fill("Mary H.")
    with changing(page):
        card.locator("details input").press("Enter")
    page.wait_for_selector(".cast-card .card-speaker:has-text('Mary H.')")
    renamed = page.locator(".cast-card:has(.card-speaker:text-is('Mary H.'))")
    with changing(page):
        renamed.get_by_label("Is the same as").select_option(label="Tom Brook")
    page.wait_for_selector(".cast-card .card-speaker:has-text('Mary H.')", state="detached")
    with changing(page):
        page.click("#book-undo")
    page.wait_for_selector(".cast-card .card-speaker:has-text('Mary H.')")
    with changing(page):
        page.click("#book-undo")
    page.wait_for_selector(".cast-card .card-speaker:has-text('Mary Hale')")
    assert page.locator("#book-redo").is_visible()
    page.click("#book-speak")
    page.wait_for_selector(".book-files", timeout=120_000)
    assert page.input_value("select[aria-label='Voice of Tom Brook']") == "en-us+m8"
    with page.expect_download() as download:
        page.click(".book-files button >> nth=0")
    assert download.value.suggested_filename == "The Lamp.m4b"

    # By keyboard: the next line is chosen, and the space bar plays from it.
    page.wait_for_function("() => document.querySelector('audio')?.readyState >= 2")
    page.click(".said:has-text('Who is there')")
    page.keyboard.press("j")
    assert "asked Mary Hale" in page.inner_text(".said.is-chosen")
    page.keyboard.press(" ")
    page.wait_for_selector(".said.is-spoken:has-text('asked Mary Hale')")
    page.wait_for_selector(".said.is-spoken:has-text('Only me')")
    page.evaluate("document.querySelector('audio').pause()")

    # The second chapter, in Chinese; the address holds the book.
    page.select_option("#chapter", "1")
    assert "Wait!" in page.inner_text(".said-text")
    page.click("#language")
    assert "旁白" in page.inner_text(".cast-cards")
    assert re.search(r"#/books/[0-9a-f-]{36}$", page.url)
    page.reload()
    page.wait_for_selector(".cast-card")


def test_name_that_is_typed_while_a_change_is_under_way_is_kept(page: "Page") -> None:
    page.click("a[href='#/books']")
    page.set_input_files("#book-file", {"name": "b.txt", "mimeType": "text/plain", "buffer": STORY.encode()})
    page.click("#book-send")
    page.locator(".cast-card:has(.card-speaker:text-is('Mary Hale')) summary").click()
    name = page.locator(".cast-card:has(.card-speaker:text-is('Mary Hale')) details input")
    asked: list[Route] = []
    page.route("**/characters/*/voices", lambda route: asked.append(route))
    with page.expect_request("**/characters/*/voices"):
        page.select_option("select[aria-label='Voice of Tom Brook']", "en-us+m8")
    name.focus()
    page.keyboard.press("End")
    page.keyboard.type(" Quill")
    page.evaluate("document.getElementById('announcer').textContent = ''")
    asked[0].continue_()
    page.wait_for_function("() => document.getElementById('announcer').textContent !== ''")  # It is changed.

    assert name.input_value() == "Mary Hale Quill"
    page.keyboard.press("Enter")
    page.wait_for_selector(".cast-card .card-speaker:has-text('Mary Hale Quill')")
    assert page.input_value("select[aria-label='Voice of Tom Brook']") == "en-us+m8"


def test_voices_are_offered_although_the_last_task_failed(page: "Page", journal: Journal) -> None:
    page.click("a[href='#/books']")
    page.set_input_files("#book-file", {"name": "b.txt", "mimeType": "text/plain", "buffer": STORY.encode()})
    page.click("#book-send")
    page.wait_for_selector(".cast-card")
    page.evaluate(
        """async (book) => {
            const send = (path, method, body) =>
                fetch(`/api/books/${book}${path}`, { method, body: JSON.stringify(body) });
            await send("", "PUT", { coverFileId: "00000000-0000-4000-8000-000000000000" });
            await send("/audio/generate", "POST", {});
        }""",
        page.url.rsplit("/", 1)[1],
    )
    page.reload()
    page.wait_for_selector(".cast-card")

    assert page.inner_text(".failure") != ""
    assert page.locator("select[aria-label='Voice of Tom Brook'] option").count() > 1
    journal.forgive("404 (Not Found)")  # the task's kind is found out by asking


def test_what_is_no_novel_is_told(page: "Page", journal: Journal) -> None:
    page.click("a[href='#/books']")
    page.set_input_files("#book-file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"  \n"})
    page.click("#book-send")

    assert "the file holds no text" in page.inner_text(".failure")
    journal.forgive("400 (Bad Request)")
