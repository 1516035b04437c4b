"""The assistant's page and the workspace's, as an admin uses them; and each screen of the console, looked at.

The pictures are written into a folder of the test's, or into the one that SCREENSHOTS names.
"""

import itertools
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from configs.settings import Settings
from tests.browser.conftest import GO, PATIENCE_MS, Journal
from tests.fixtures.service_process import ServiceProcess
from tests.security.test_hardening import create_admin

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.timeout(300)

ADMIN, PASSWORD = "ada.admin", "correct horse battery"
WISH = "Who speaks in this novel: \u201cHello,\u201d said Ada. \u201cGood day,\u201d said Tom."
# Whom it is meant for, it does not say by any word that begins a recommendation: a person has to look.
HELD = b"""# Care

We suggest that clinicians do not routinely withhold anticoagulants in adults aged 75 years or older.
"""
STATIC = [
    *("#/", "#/chat", "#/novels", "#/translate", "#/books", "#/talk", "#/guidelines"),
    *("#/history", "#/threads", "#/files", "#/usage", "#/settings", "#/users", "#/health"),
]


@pytest.fixture(scope="module")
def service(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """The service with accounts and one admin, without a model."""
    settings = {field.alias for field in Settings.model_fields.values()}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    data = tmp_path_factory.mktemp("data")
    assert create_admin(data, ADMIN, "--password-file", "-", given=PASSWORD + "\n").returncode == 0
    process = ServiceProcess(data_dir=data, environment=environment | {"AUTH": "on", "LOGIN_RATE": "0"})
    yield process.start()
    process.stop()


@pytest.fixture(scope="module")
def tab(browser: "Browser", service: ServiceProcess) -> Iterator["Page"]:
    """One tab, in which the admin is signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(service.url)
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="What shall be done?").wait_for()
    yield page
    context.close()


@pytest.fixture
def page(tab: "Page", journal: Journal) -> Iterator["Page"]:
    """The tab; afterwards nothing may have been logged or blocked."""

    def note(said: Any) -> None:
        if said.type == "error":
            journal.complaints.append(said.text)

    def fail(error: Any) -> None:
        journal.complaints.append(str(error))

    tab.on("console", note)
    tab.on("pageerror", fail)
    yield tab
    tab.remove_listener("console", note)
    tab.remove_listener("pageerror", fail)
    assert journal.complaints == []


def go(page: "Page", address: str) -> None:
    """Go to a page by its address, as a link does."""
    page.evaluate(GO, address)
    page.wait_for_selector("main h1")


def ask(page: "Page", text: str) -> None:
    """Begin a conversation with the assistant, up to what it asks."""
    go(page, "#/chat")
    page.fill("#chat-text", text)
    page.keyboard.press("Enter")
    page.wait_for_selector(".ask #approve-job")


def token(page: "Page") -> dict[str, str]:
    """The header by which the service knows the admin."""
    kept = page.evaluate("JSON.parse(sessionStorage.getItem('scriptorium.session')).access_token")
    return {"Authorization": f"Bearer {kept}"}


def test_assistant_asks_again_after_a_reload_and_shows_what_the_job_made(page: "Page") -> None:
    ask(page, WISH)
    assert re.search(r"#/chat/[0-9a-f-]{36}$", page.url)
    page.reload()
    page.click(".ask #approve-job")
    page.wait_for_selector(".job-card.is-done .download")

    assert "Rules only" in page.inner_text(".banner.offline")
    with page.expect_download() as download:
        page.click(".job-card .download >> text=characters.json")
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["quotes"]
    assert page.locator(".said-user").inner_text().endswith("said Tom.")


def test_job_that_is_changed_is_proposed_anew_and_one_that_is_declined_does_not_start(page: "Page") -> None:
    ask(page, "Translate into German: \u201cGood morning.\u201d")
    page.click("text=Change")
    page.get_by_label("Into").fill("fr, es")
    page.click("text=Apply")
    page.locator(".ask dd", has_text="fr, es").wait_for()
    page.click("#decline-job")

    page.wait_for_selector(".job-card.is-declined")
    assert page.locator(".job-card.is-done").count() == 0


def test_file_that_goes_along_is_named_in_the_conversation(page: "Page", tmp_path: Path) -> None:
    kept = tmp_path / "letter.txt"
    kept.write_text("Good morning.", encoding="utf-8")
    go(page, "#/chat")
    page.set_input_files("#chat-file", kept)
    page.locator(".composer .file-links", has_text="letter.txt").wait_for()
    page.fill("#chat-text", "Translate it into French")
    page.click("#chat-send")
    page.wait_for_selector("#approve-job")

    assert page.inner_text(".said-user .download") == "letter.txt"
    assert "letter.txt" in page.inner_text(".ask .args")


def send_file(page: "Page", name: str, content: bytes, wish: str) -> None:
    """Begin a conversation about a file, and agree to the job that is proposed."""
    go(page, "#/chat")
    page.set_input_files("#chat-file", {"name": name, "mimeType": "text/plain", "buffer": content})
    page.locator(".composer .file-links", has_text=name).wait_for()
    page.fill("#chat-text", wish)
    page.click("#chat-send")
    page.click("#approve-job")


def test_version_that_a_gate_holds_back_is_decided_on_in_the_conversation(page: "Page") -> None:
    send_file(page, "care.md", HELD, "Make a version for patients of this guideline")
    held = page.locator("[data-subject=version]")
    held.locator("#approve").wait_for()
    assert "No recommendation was found" in held.locator(".fault").first.inner_text()
    sentence = held.get_by_role("textbox", name="do not routinely withhold")
    sentence.fill("Doctors should not keep blood thinners from people of 75 or older.")
    held.locator("#reviewer").fill("Dr. Li")
    held.locator("#approve").click()
    page.wait_for_selector(".job-card.is-done .download")

    with page.expect_download() as download:
        page.click(".job-card .download >> text=guideline.json")
    result = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert result["quality"]["review"]["reviewer"] == "Dr. Li"
    assert "keep blood thinners from" in json.dumps(result["version"])


def test_columns_of_a_corpus_are_confirmed_in_the_conversation(page: "Page") -> None:
    words = ["boat", "harbour", "sail", "tide", "anchor", "wave", "captain", "island", "rope", "gull"]
    rows = [f"{' '.join(part)},2021" for part in itertools.permutations(words, 2)]
    table = "\n".join(["text,year", *rows]).encode()
    send_file(page, "letters.csv", table, "Find the topics of this corpus")
    uses = page.locator("[data-subject=columns] select")
    uses.first.wait_for()
    assert uses.evaluate_all("all => all.map((one) => one.value)") == ["text", "time"]
    page.click("#topics-approve")

    page.locator("[data-subject=plan] #topics-counts").wait_for()


def test_wish_on_the_first_page_begins_a_conversation(page: "Page") -> None:
    go(page, "#/")
    page.fill("#wish", "What can you do?")
    page.keyboard.press("Enter")

    page.locator(".said-assistant", has_text="translate").wait_for()
    assert page.inner_text(".said-user") == "What can you do?"


def test_run_at_work_shows_its_progress_in_the_list_until_it_is_stopped(page: "Page", novels: Path) -> None:
    chapter = (novels / "pride_and_prejudice_excerpt.txt").read_text(encoding="utf-8")
    book = "".join(f"{chapter}\n\n" for _ in range(600))
    go(page, "#/novels")
    page.set_input_files("#file", {"name": "long.txt", "mimeType": "text/plain", "buffer": book.encode()})
    page.click("#start")
    page.wait_for_selector(".stage.is-active")
    go(page, "#/history")
    page.wait_for_selector("tbody tr:first-child .live progress")
    page.click("tbody tr:first-child >> text=Stop")

    page.wait_for_selector("tbody tr:first-child .status-interrupted")


def test_time_line_names_the_nodes_of_a_run(page: "Page", made: dict[str, str]) -> None:
    run = made["progress"]
    go(page, "#/history")
    page.select_option("#run-graph", "assistant")
    page.locator("tbody tr", has_text="Assistant").first.wait_for()
    page.click(f"a[href='{run}']")

    page.wait_for_selector(".time-line li")
    assert "answer" in page.locator(".time-line-name").all_inner_texts()


def test_file_is_uploaded_taken_out_and_deleted(page: "Page", tmp_path: Path) -> None:
    kept = tmp_path / "upload.txt"
    kept.write_text("Kept as it is.", encoding="utf-8")
    go(page, "#/files")
    page.set_input_files("#new-file", kept)
    row = page.locator("tbody tr", has_text="upload.txt")
    with page.expect_download() as download:
        row.locator(".download").click()
    assert download.value.path().read_text(encoding="utf-8") == "Kept as it is."
    row.get_by_role("button", name="Delete").click()

    row.wait_for(state="detached")


def test_thread_is_deleted(page: "Page", service: ServiceProcess) -> None:
    made = httpx.post(f"{service.url}/threads", json={}, headers=token(page), timeout=30).json()["thread_id"]
    go(page, "#/threads")
    row = page.locator("tbody tr", has_text=made)
    row.get_by_role("button", name="Delete").click()

    row.wait_for(state="detached")
    answer = httpx.get(f"{service.url}/threads/{made}", headers=token(page), timeout=30)
    assert answer.status_code == 404


def test_key_is_shown_once_works_and_is_revoked(page: "Page", service: ServiceProcess) -> None:
    go(page, "#/settings")
    page.fill("#key-name", "laptop")
    page.click("text=Make a key")
    secret = page.inner_text(".secret")

    def status() -> int:
        return httpx.get(f"{service.url}/api/v1/graphs", headers={"x-api-key": secret}).status_code

    assert status() == 200
    go(page, "#/settings")
    page.locator("tbody tr", has_text="laptop").get_by_role("button").click()
    page.locator("tbody tr", has_text="laptop").wait_for(state="detached")
    assert page.locator(".secret").count() == 0
    assert status() == 401


def test_admin_makes_an_account_and_closes_it(page: "Page", service: ServiceProcess) -> None:
    go(page, "#/users")
    page.fill("[name=username]", "bea")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Make the account")
    page.locator("tbody tr", has_text="bea").get_by_role("button", name="Close the account").click()
    page.locator("tbody tr", has_text="bea").get_by_role("button", name="Open the account").wait_for()

    body = {"username": "bea", "password": PASSWORD}
    assert httpx.post(f"{service.url}/api/v1/auth/login", json=body, timeout=30).status_code == 401


def test_refusal_says_what_to_do(page: "Page", journal: Journal) -> None:
    go(page, "#/users")
    page.fill("[name=username]", "carl")
    page.fill("[name=password]", "short")
    page.click("text=Make the account")

    page.wait_for_selector(".failure code")
    assert "12" in page.inner_text(".failure")
    journal.forgive("422")


def test_menu_of_a_phone_opens_and_closes_by_keyboard(page: "Page") -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    go(page, "#/")
    page.focus("#menu")
    page.keyboard.press("Enter")
    assert page.is_visible("#navigation a[href='#/files']")
    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.id") == "menu"
    assert not page.is_visible("#navigation a[href='#/files']")
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("SCREENSHOTS")
    return Path(named) if named else tmp_path_factory.mktemp("screens")


@pytest.fixture(scope="module")
def made(tab: "Page") -> dict[str, str]:
    """The addresses of a conversation whose job has ended, and of that job's run."""
    with httpx.Client(base_url=tab.url.split("#")[0], headers=token(tab), timeout=60) as client:
        thread = client.post("/threads", json={}).json()["thread_id"]
        said = {"input": {"messages": [{"role": "user", "content": WISH}]}}
        for wanted in (said, {"command": {"resume": "approve"}}):
            body = {"assistant_id": "assistant", "stream_mode": ["custom"], "stream_resumable": True} | wanted
            answer = client.post(f"/threads/{thread}/runs/stream", json=body)
    run = answer.headers["content-location"].split("/")[-1]
    return {"conversation": f"#/chat/{thread}", "progress": f"#/progress/{thread}/{run}"}


@pytest.mark.parametrize("screen", [*STATIC, "conversation", "progress"], ids=lambda name: name.strip("#/"))
def test_screen_is_whole_on_a_desk_and_on_a_phone(
    page: "Page", made: dict[str, str], pictures: Path, screen: str
) -> None:
    go(page, made.get(screen, screen))
    page.wait_for_load_state("networkidle")
    page.wait_for_selector(_FILLED.get(screen, "h1"))
    assert page.locator("h1").count() == 1
    assert page.locator(".failure").count() == 0
    assert page.evaluate(_UNNAMED) == []
    name = screen.strip("#/") or "home"
    page.screenshot(path=pictures / f"{name}.desk.png")

    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.screenshot(path=pictures / f"{name}.phone.dark.png")
    page.click("#menu")
    page.click("#language")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator("h1").inner_text() != ""
    page.screenshot(path=pictures / f"{name}.phone.dark.zh.png")

    page.evaluate("document.getElementById('language').click()")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


#: What is there once the page has its answers.
_FILLED = {
    "#/users": "tbody tr",
    "#/health": ".parts li",
    "conversation": ".job-card.is-done",
    "progress": ".time-line li",
}

#: Controls that a screen reader has no name for.
_UNNAMED = """() => [...document.querySelectorAll("main :is(input, select, textarea, button, progress)")]
    .filter(control => !control.hidden && control.closest("[hidden]") === null)
    .filter(control => !(control.labels?.length || control.ariaLabel || control.textContent.trim()
        || control.getAttribute("aria-labelledby")))
    .map(control => control.outerHTML.slice(0, 120))"""


def test_whoever_tabs_sees_where_they_are(page: "Page") -> None:
    go(page, "#/settings")
    page.locator("#key-name").wait_for()
    page.focus("#skip")
    seen: set[str] = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        looks = page.evaluate("""() => {
            const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
            return [document.activeElement.tagName, outlineStyle, outlineWidth];
        }""")
        seen.add(looks[0])
        assert looks[1:] == ["solid", "2px"] or looks[0] == "BODY", looks
    assert {"A", "BUTTON", "SELECT", "INPUT"} <= seen


def test_page_may_run_nothing_but_itself(page: "Page", service: ServiceProcess) -> None:
    policy = httpx.get(service.url).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.evaluate("document.querySelectorAll('[style], script:not([src])').length") == 0


def test_files_of_the_page_are_sent_packed_and_asked_for_once(service: ServiceProcess) -> None:
    first = httpx.get(f"{service.url}/console/style.css")
    again = httpx.get(f"{service.url}/console/style.css", headers={"If-None-Match": first.headers["etag"]})
    plain = httpx.get(f"{service.url}/console/style.css", headers={"Accept-Encoding": "identity"})

    assert first.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert first.text == plain.text
    assert again.status_code == 304
