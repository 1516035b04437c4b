"""The console does the job: by keyboard, across reloads and lost connections, in two languages, on phones."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.browser.conftest import Journal
from tests.fixtures.service_process import ServiceProcess

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.timeout(300)

TEXTS = ["pride_and_prejudice_excerpt.txt", "ferry_in_the_rain.txt"]
LONG_BOOK_CHAPTERS = 300  # 400,000 characters: long enough to be met at work


def text_of(novels: Path, name: str) -> str:
    """A text, its line ends as they are."""
    return (novels / name).read_bytes().decode()


def start(page: "Page", text: str) -> None:
    """Paste a text and start its run."""
    page.fill("#text", text)
    page.click("#start")


def start_long_book(page: "Page", novels: Path) -> None:
    """Start a run on a long book, a file whose chapters are the excerpt again and again."""
    chapter = text_of(novels, TEXTS[0]).removeprefix("Chapter 1")
    book = "".join(f"Chapter {number}{chapter}\n\n" for number in range(1, LONG_BOOK_CHAPTERS + 1))
    page.set_input_files("#file", {"name": "long.txt", "mimeType": "text/plain", "buffer": book.encode()})
    page.click("#start")


def finish(page: "Page", text: str) -> None:
    """Run a text to its end."""
    start(page, text)
    see_result(page)


def see_result(page: "Page") -> None:
    """Wait for the end of the run, which must be a result."""
    assert page.wait_for_selector(".result, .failure")
    assert page.locator(".failure").all_inner_texts() == []


def address(page: "Page") -> tuple[str, str]:
    """The thread and the run that the page's address names."""
    _, _, thread_id, run_id, *_ = page.evaluate("location.hash").split("/")
    return thread_id, run_id


def values(service: ServiceProcess, page: "Page") -> dict[str, object]:
    """The values that the service keeps for the page's thread."""
    return httpx.get(f"{service.url}/threads/{address(page)[0]}/state", timeout=60).json()["values"]


def tab_to(page: "Page", selector: str, key: str = "Tab") -> None:
    """Press Tab until the focus is there, as a reader without a mouse does."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} never reaches {selector}")


def test_keyboard_alone_does_the_whole_job(page: "Page", novels: Path) -> None:
    tab_to(page, "#text")
    page.keyboard.insert_text(text_of(novels, TEXTS[0]))
    tab_to(page, "#start")
    page.keyboard.press("Enter")
    see_result(page)
    assert page.locator(".cast tbody tr").count() >= 2

    tab_to(page, ".cast thead th:first-child button")
    page.keyboard.press("Enter")
    assert page.get_attribute(".cast thead th:first-child", "aria-sort") == "ascending"

    tab_to(page, ".cast tbody .link")
    page.keyboard.press("Enter")
    page.wait_for_selector(".quote.is-chosen")
    assert page.inner_text(".quote-card .card-speaker") in page.inner_text("#speaker-filter option:checked")

    tab_to(page, "#speaker-filter", "Shift+Tab")
    page.keyboard.press("Home")
    tab_to(page, ".quote")
    chosen = page.inner_text(".quote.is-chosen")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".quote.is-chosen") != chosen

    tab_to(page, "[role=tab]", "Shift+Tab")
    page.keyboard.press("ArrowRight")
    tab_to(page, ".person")
    page.keyboard.press("Enter")
    assert page.locator(".person-card .ties li").count() >= 1


# In the page: whoever asks it from outside may come too late on a busy machine.
WATCH = """
    window.seen = { counts: new Set(), actives: new Set(), announced: new Set() };
    new MutationObserver(() => {
        const active = document.querySelector(".stage.is-active");
        if (active) window.seen.actives.add(active.querySelector("span")?.textContent);
        if (active) window.seen.counts.add(active.querySelector(".muted")?.textContent);
        window.seen.announced.add(document.querySelector("#announcer")?.textContent ?? "");
    }).observe(document, { subtree: true, childList: true, attributes: true });
"""
SEEN = "Object.fromEntries(Object.entries(window.seen).map(([name, all]) => [name, [...all]]))"
RELOAD_IN_THE_MIDDLE = """
    new MutationObserver((changes, observer) => {
        if (!document.querySelector(".stage.is-done + .stage.is-active")) return;
        observer.disconnect();
        sessionStorage.place = location.hash;
        location.reload();
    }).observe(document, { subtree: true, childList: true, attributes: true });
"""


def test_stages_and_counts_move_while_the_run_works(page: "Page", novels: Path) -> None:
    page.evaluate(WATCH)
    start_long_book(page, novels)
    see_result(page)

    seen = page.evaluate(SEEN)
    assert len(seen["actives"]) >= 2
    assert any(" of " in count for count in seen["counts"])
    assert any(said.startswith("Stage ") for said in seen["announced"])


def test_offline_run_says_that_only_rules_were_used(page: "Page", novels: Path) -> None:
    finish(page, text_of(novels, TEXTS[0]))
    assert "no language model" in page.inner_text(".banner.offline")


@pytest.mark.parametrize("name", TEXTS)
def test_quotations_in_the_text_are_the_service_s_own(
    page: "Page", service: ServiceProcess, novels: Path, name: str
) -> None:
    """Also after an emoji, whose two UTF-16 units shift all later offsets of a page that counts units."""
    finish(page, text_of(novels, name))
    page.click("#tab-text")
    shown = page.locator(".quote").evaluate_all("all => all.map(quote => quote.textContent)")
    quotes = values(service, page)["quotes"]
    assert isinstance(quotes, list)
    assert shown == [quote["text"] for quote in quotes]  # type: ignore[index]


def test_speakers_have_their_own_colours_and_lines(page: "Page", novels: Path) -> None:
    finish(page, text_of(novels, TEXTS[1]))
    page.click("#tab-text")
    looks = page.locator(".quote").evaluate_all("""all => all.map(quote => {
        const { color, textDecoration } = getComputedStyle(quote);
        return [quote.className.match(/speaker-\\w+/)[0], color, textDecoration];
    })""")
    by_speaker = {speaker: (colour, line) for speaker, colour, line in looks}
    assert len(by_speaker) >= 2
    assert len(set(by_speaker.values())) == len(by_speaker)


def test_download_equals_the_state(page: "Page", service: ServiceProcess, novels: Path) -> None:
    finish(page, text_of(novels, TEXTS[1]))
    with page.expect_download() as download:
        page.click("#download")
    result = json.loads(download.value.path().read_text(encoding="utf-8"))
    kept = values(service, page)
    assert result["quotes"]
    assert result == {key: kept[key] for key in result}


def test_reload_in_the_middle_goes_on(fresh_page: "Page", novels: Path) -> None:
    page = fresh_page
    page.add_init_script(WATCH)
    page.evaluate(RELOAD_IN_THE_MIDDLE)
    with page.expect_event("load"):
        start_long_book(page, novels)
    see_result(page)

    assert page.evaluate("location.hash") == page.evaluate("sessionStorage.place")
    assert page.evaluate(SEEN)["actives"] != []
    assert page.locator(".stage.is-done").count() >= 6


def test_lost_connection_goes_on_after_the_last_event(page: "Page", novels: Path) -> None:
    asked: list[str] = []
    progress = {"type": "progress", "stage": "read", "done": 1, "total": 2, "unit": "characters"}
    first_leg = f"event: custom\r\ndata: {json.dumps(progress)}\r\nid: 0-1\r\n\r\n"

    def answer(route: "Route") -> None:
        asked.append(route.request.headers["last-event-id"])
        if len(asked) == 1:
            route.fulfill(status=200, content_type="text/event-stream", body=first_leg)
        else:
            route.continue_()

    page.route("**/threads/*/runs/*/stream", answer)
    start_long_book(page, novels)
    see_result(page)
    assert asked[:2] == ["0", "0-1"]


def test_long_book_is_drawn_a_page_at_a_time(page: "Page", novels: Path) -> None:
    start_long_book(page, novels)
    see_result(page)
    page.click("#tab-text")
    assert page.locator("#chapter option").count() >= LONG_BOOK_CHAPTERS
    assert page.locator(".page *").count() < 1000
    page.select_option("#chapter", index=LONG_BOOK_CHAPTERS - 1)
    assert page.inner_text(".page").lstrip().startswith(f"Chapter {LONG_BOOK_CHAPTERS}")


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.txt", b""), ("program.txt", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8)],
    ids=["empty", "binary"],
)
def test_unreadable_file_is_explained(page: "Page", journal: Journal, name: str, content: bytes) -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "text/plain", "buffer": content})
    page.click("#start")
    page.wait_for_selector(".failure code")
    assert len(page.inner_text(".failure-message")) > 10
    journal.complaints = [said for said in journal.complaints if "status of 4" not in said]


def test_refused_text_is_kept(page: "Page", journal: Journal) -> None:
    page.fill("#text", " \n ")
    page.click("#start")
    page.wait_for_selector(".failure code")
    page.reload()
    assert page.input_value("#text") == " \n "
    journal.complaints = [said for said in journal.complaints if "status of 4" not in said]


def test_unknown_run_is_explained(page: "Page", journal: Journal) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    page.goto(f"{page.url.split('#')[0]}#/runs/{nobody}/{nobody}")
    page.wait_for_selector(".failure code")
    journal.forgive("404")


def test_refusal_that_no_part_of_the_page_shows_is_shown_by_the_page(page: "Page", journal: Journal) -> None:
    page.evaluate("""async () => {
        const { getJson } = await import("/console/api.js");
        setTimeout(() => getJson("/api/v1/files/nothing"));
    }""")
    page.wait_for_selector(".failure code")
    journal.forgive("Failed to load resource")


def test_a_refusal_is_told_in_chinese_beside_the_service_s_own_words(page: "Page", journal: Journal) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    page.goto(f"{page.url.split('#')[0]}#/runs/{nobody}/{nobody}")
    said = page.inner_text(".failure-message")

    page.click("#language")

    page.wait_for_selector(".failure-message:text-is('找不到这次运行')")
    assert page.inner_text(".failure [lang=en] >> nth=0") == said
    page.reload()
    page.wait_for_selector(".failure-message:text-is('找不到这次运行')")
    journal.forgive("404")


def test_the_page_of_the_api_works_without_another_host(page: "Page", journal: Journal) -> None:
    page.goto(f"{page.url.split('#')[0]}docs")

    page.click("summary:has-text('/threads/{thread_id}/runs/wait')")

    assert page.is_visible("details[open] a[href='#RunCreate']")
    assert page.evaluate("getComputedStyle(document.querySelector('.method')).minWidth") != "auto"
    assert journal.hosts == {page.url.split("/")[2]}


def test_language_switch_keeps_the_text_and_lasts(page: "Page") -> None:
    page.fill("#text", "Kept.")
    page.click("#language")
    assert page.inner_text("#start") == "开始"
    assert page.input_value("#text") == "Kept."
    page.reload()
    page.wait_for_selector("html[lang=zh-Hans]")  # its words are loaded first


def test_theme_switch_lasts(page: "Page") -> None:
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"


def test_phone_scrolls_in_one_direction_only(page: "Page", novels: Path) -> None:
    page.set_viewport_size({"width": 375, "height": 812})
    finish(page, text_of(novels, TEXTS[0]))
    for tab in ("cast", "text", "relations"):
        page.click(f"#tab-{tab}")
        assert page.evaluate("document.documentElement.scrollWidth") == 375, tab


def test_recent_run_opens_again(page: "Page", novels: Path) -> None:
    finish(page, text_of(novels, TEXTS[0]))
    place = address(page)
    page.click("a[href='#/novels']")
    page.click(".recent a")
    see_result(page)
    assert address(page) == place


@pytest.mark.skipif(
    "SCREENSHOTS" not in os.environ, reason="SCREENSHOTS names no folder for the README's picture"
)
def test_readme_picture(page: "Page", novels: Path) -> None:
    page.set_viewport_size({"width": 1280, "height": 1000})
    finish(page, text_of(novels, "mad_tea_party_excerpt.txt"))
    page.click("#tab-text")
    page.click(".quote >> nth=1")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=Path(os.environ["SCREENSHOTS"]) / "console.png")
