"""React pages with the official hooks, in a real browser, before the service.

``protocol`` is the hook of @langchain/react; ``legacy`` is that of agent-chat-ui, with its calls.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.browser.conftest import browser  # noqa: F401 - a fixture
from tests.conftest import Server
from tests.fixtures.bundled_page import bundled_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGE = Path(__file__).parent / "page.jsx"
HTML = '<!doctype html><link rel="icon" href="data:,"><div id="root"></div><script src="page.js"></script>'
PATIENCE_MS = 60_000
SAID = "Hello from fake model"
HELLO = '{messages: [{type: "human", content: "hi"}]}'


@pytest.fixture(scope="module")
def site(packages: Path) -> Iterator[str]:
    """The page, bundled, on another origin than the service's."""
    with bundled_page(packages, PAGE, HTML) as address:
        yield address


Open = Callable[[str], "Page"]


@pytest.fixture(params=["protocol", "legacy"])
def hook(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def open_page(browser: "Browser", site: str, hook: str, conformance_server: Server) -> Iterator[Open]:  # noqa: F811
    """Opens the page for a graph."""
    context = browser.new_context()

    def opened(graph: str) -> "Page":
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{site}/?{urlencode({'hook': hook, 'graph': graph, 'api': conformance_server.url})}")
        page.wait_for_selector("#shown")
        return page

    yield opened
    context.close()


def wait_until(page: "Page", condition: str) -> dict[str, Any]:
    """What the page shows as soon as the condition on it, as JavaScript, is so."""
    text = "document.getElementById('shown').textContent"
    page.wait_for_function(f"() => {{ const shown = JSON.parse({text}); return {condition} }}")
    return json.loads(page.locator("#shown").inner_text())


def wait_for_run(page: "Page", status: str) -> None:
    """Wait for this status of the page's run at the service: the hook shows what it sends before that."""
    page.evaluate(
        """async (status) => {
            const runs = (thread) => thread && window.chat.client.runs.list(thread).catch(() => []);
            const shown = () => runs(new URLSearchParams(location.search).get('thread'));
            while ((await shown())?.[0]?.status !== status) await new Promise((next) => setTimeout(next, 20));
        }""",
        status,
    )


def submit(page: "Page", values: str, options: str = "undefined") -> None:
    page.evaluate(f"() => {{ window.chat.submit({values}, {options}) }}")


def test_a_message_is_sent_and_its_answer_streamed(open_page: Open) -> None:
    page = open_page("agent")

    submit(page, HELLO)

    wait_until(page, f"shown.texts?.at(-1) === {SAID!r} && !shown.isLoading")


def test_a_page_loaded_anew_in_the_midst_of_a_run_sees_its_end(open_page: Open, hook: str) -> None:
    page = open_page("slow")
    submit(page, "{sleep: 8}", "{streamResumable: true, onDisconnect: 'continue'}")
    wait_until(page, "shown.values?.sleep === 8")
    wait_for_run(page, "running")

    page.reload()

    shown = wait_until(page, "shown.values?.steps?.length === 2 && !shown.isLoading")
    assert shown["values"]["steps"] == ["slow1", "slow2"]


def test_a_question_is_answered(open_page: Open, hook: str) -> None:
    page = open_page("hitl")
    submit(page, "{steps: []}")
    asked = wait_until(page, "shown.interrupt && !shown.isLoading")

    if hook == "legacy":
        submit(page, "undefined", "{command: {resume: 'yes'}}")
    else:
        page.evaluate("() => { window.chat.respond('yes') }")

    wait_until(page, "shown.values?.answer === 'yes' && !shown.isLoading")
    assert asked["interrupt"]["value"]["question"] == "approve?"


def test_an_edited_message_begins_another_branch(open_page: Open, hook: str) -> None:
    page = open_page("agent")
    submit(page, HELLO)
    wait_until(page, f"shown.texts?.at(-1) === {SAID!r} && !shown.isLoading")
    thread = page.evaluate("() => new URLSearchParams(location.search).get('thread')")
    first = page.evaluate(
        "async (id) => (await window.chat.client.threads.getHistory(id, {limit: 10})).at(-1).checkpoint",
        thread,
    )

    chosen = {"checkpoint": first} if hook == "legacy" else {"forkFrom": first["checkpoint_id"]}
    submit(page, '{messages: [{type: "human", content: "edited"}]}', json.dumps(chosen))

    wait_until(page, "shown.texts?.[0] === 'edited' && shown.texts.length === 2 && !shown.isLoading")


def test_a_run_is_cancelled(open_page: Open) -> None:
    page = open_page("slow")
    submit(page, "{sleep: 50}")
    wait_for_run(page, "running")

    page.evaluate("async () => { await window.chat.stop() }")

    wait_until(page, "!shown.isLoading")
    wait_for_run(page, "interrupted")
