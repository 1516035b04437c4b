"""No text that the service sends becomes a part of the page, whichever field it is in.

Every string of every answer that the console gets has markup appended, so a field that the console reads
tomorrow is tried, too. What steers the page is named below; a name too many fails.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Journal

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.timeout(300)

MARKUP = '"><img src=x onerror="window.pwned=1" data-of={}><script>window.pwned=1</script>'
FILE = MARKUP.format("file") + ".txt"
NOVEL = (
    f"\u201cYes,\u201d said Ada. \u201cNo,\u201d said Bob to Ada. {MARKUP.format('novel')} "
    "\u201cWell,\u201d said Ada to Bob."
)
STEERING = {
    *(
        "thread_id",
        "run_id",
        "file_id",
        "text_file_id",
        "assistant_id",
        "graph_id",
        "created_at",
        "updated_at",
    ),
    *("status", "stage", "language", "mode", "id", "from", "to", "speaker_id", "addressee_id"),
}
WORKSPACE_STEERING = STEERING | {"started_at", "ended_at", "type", "call_id", "tool_call_id"}


@dataclass
class Tampering:
    """Answers as somebody hostile would have them."""

    steers: set[str]
    tampered: set[str] = field(default_factory=set[str])
    steering: set[str] = field(default_factory=set[str])

    def route(self, route: "Route") -> None:
        answer = route.fetch(timeout=60_000)
        kind, body = answer.headers.get("content-type", ""), answer.text()
        if "json" in kind:
            body = json.dumps(self.value(json.loads(body)))
        elif "event-stream" in kind:
            body = "\r\n".join(self.line(line) for line in body.split("\r\n"))
        route.fulfill(response=answer, body=body)

    def line(self, line: str) -> str:
        name, _, data = line.partition(": ")
        return f"data: {json.dumps(self.value(json.loads(data)))}" if name == "data" else line

    def value(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self.value(part, key) for key, part in value.items()}
        if isinstance(value, list):
            return [self.value(part, name) for part in value]
        if not isinstance(value, str):
            return value
        if name in self.steers:
            self.steering.add(name)
            return value
        self.tampered.add(name)
        return value + MARKUP.format(name)


@pytest.fixture
def tampering(page: "Page") -> Iterator[Tampering]:
    """Tampered answers from now on; in the end nothing of them has become a part of the page."""
    tampering = Tampering(set(STEERING))
    page.route(lambda url: "/console/" not in url, tampering.route)
    page.reload()
    yield tampering
    unharmed(page)
    page.unroute_all(behavior="ignoreErrors")


def unharmed(page: "Page") -> None:
    assert page.evaluate("window.pwned") is None
    assert page.locator("[onerror], [data-of], body img, main script").count() == 0


def shown(page: "Page") -> set[str]:
    """The fields whose markup stands on the page as text, also in attributes."""
    text = page.evaluate("""() => {
        const attributes = [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes]);
        return [document.title, document.body.innerText, ...attributes.map(({ value }) => value)].join("\\n");
    }""")
    return {part.split(">")[0] for part in text.split("data-of=")[1:]}


def test_no_field_of_an_answer_becomes_markup(page: "Page", tampering: Tampering) -> None:
    seen = shown(page)
    page.set_input_files("#file", {"name": FILE, "mimeType": "text/plain", "buffer": NOVEL.encode()})
    seen |= shown(page)
    page.click("#start")
    page.wait_for_selector(".result, .failure")
    seen |= shown(page)
    for tab in page.locator("[role=tab]").all():
        tab.click()
        seen |= shown(page)
        unharmed(page)
        for each in page.locator(".quote, .person, .cast tbody .link").all()[:4]:
            if each.is_visible():
                each.click()
                seen |= shown(page)
                unharmed(page)
    page.evaluate("location.hash = '#/novels'")
    page.wait_for_selector("#start")
    seen |= shown(page)

    assert tampering.steering == STEERING
    assert page.locator(".failure").count() == 0
    assert seen >= {"canonical_name", "file", "gender", "importance", "method", "novel"}
    assert seen >= {"speaker", "title", "type", "version"}


def test_no_field_becomes_markup_in_the_assistants_and_the_workspaces_pages(
    page: "Page", tampering: Tampering
) -> None:
    tampering.steers |= WORKSPACE_STEERING
    page.evaluate("location.hash = '#/chat'")
    page.fill("#chat-text", f"Who speaks in this novel: {NOVEL}")
    page.keyboard.press("Enter")
    page.click("#approve-job")
    page.wait_for_selector(".job-card.is-done")
    seen = shown(page)
    for address, filled in (
        ("history", "tbody tr"),
        ("threads", "tbody tr"),
        ("files", "tbody tr"),
        ("usage", ".numbers dd"),
        ("health", ".parts li"),
    ):
        page.evaluate("address => { location.hash = address; }", f"#/{address}")
        page.wait_for_selector(filled)
        unharmed(page)
        seen |= shown(page)
    page.evaluate("location.hash = '#/history'")
    page.click("tbody tr:first-child >> text=Time line")
    page.wait_for_selector(".time-line li")

    assert page.locator(".failure").count() == 0
    assert seen >= {"novel", "name", "content", "media_type", "first", "version", "models"}


def test_no_field_of_a_failure_becomes_markup(page: "Page", journal: Journal) -> None:
    failure = {name: MARKUP.format(name) for name in ("detail", "error", "hint")}
    page.route("**/threads", lambda route: route.fulfill(status=422, json=failure))

    page.fill("#text", NOVEL)
    page.click("#start")
    page.wait_for_selector(".failure")

    assert shown(page) >= set(failure)
    unharmed(page)
    journal.forgive("422")


def test_nobodys_name_becomes_markup(page: "Page") -> None:
    name = MARKUP.format("username")
    tokens = {"access_token": "a", "refresh_token": "r", "user_info": {"username": name, "id": "u"}}
    page.route("**/api/v1/auth", lambda route: route.fulfill(json={"accounts": True, "registration": True}))
    page.route("**/api/v1/auth/login", lambda route: route.fulfill(json=tokens))
    page.reload()

    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("a password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_selector("#start")

    assert "username" in shown(page)
    unharmed(page)
