"""Debian's Chromium before the real service."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from configs.settings import Settings
from tests.fixtures.service_process import ServiceProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, ViewportSize

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",  # the tests' machine may run as root, where Chromium's sandbox does not
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
VIEWPORT: "ViewportSize" = {"width": 1280, "height": 900}
PATIENCE_MS = 60_000  # for a whole novel by rules on a busy machine

#: Goes to an address; nothing of the page before is left for a test to take for the new one.
GO = """address => {
    document.getElementById("main").replaceChildren();
    if (location.hash === address) dispatchEvent(new Event("hashchange"));
    else location.hash = address;
}"""


@dataclass
class Journal:
    """What the browser complained of, and which hosts the page turned to."""

    complaints: list[str] = field(default_factory=list[str])
    hosts: set[str] = field(default_factory=set[str])

    def forgive(self, part: str) -> None:
        """Drop the complaints that a test provoked on purpose."""
        assert any(part in complaint for complaint in self.complaints), f"nobody complained of {part!r}"
        self.complaints = [complaint for complaint in self.complaints if part not in complaint]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium; the module's end stops Playwright, whose event loop must not outlive these tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="BROWSER TESTS SKIPPED: no playwright")
    if CHROMIUM is None:
        pytest.skip("BROWSER TESTS SKIPPED: no chromium on PATH (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def service(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """The service as users start it, offline, on a data folder of its own."""
    settings = {model_field.alias for model_field in Settings.model_fields.values()}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    process = ServiceProcess(data_dir=tmp_path_factory.mktemp("data"), environment=environment)
    yield process.start()
    process.stop()


@pytest.fixture
def journal() -> Journal:
    """The page's journal; a test may forgive what it provoked."""
    return Journal()


@contextmanager
def console(browser: "Browser", service: ServiceProcess, journal: Journal) -> Iterator["Page"]:
    """The page of novels, in a fresh profile; nothing may be logged, blocked or asked elsewhere."""
    with new_tab(browser) as tab, watched(tab, service, journal) as page:
        yield page


@contextmanager
def new_tab(browser: "Browser") -> Iterator["Page"]:
    """A tab of a fresh profile."""
    context = browser.new_context(viewport=VIEWPORT, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


@contextmanager
def watched(page: "Page", service: ServiceProcess, journal: Journal) -> Iterator["Page"]:
    """The page of novels in a tab; nothing may be logged, blocked or asked elsewhere."""

    def note(said: "ConsoleMessage") -> None:
        if said.type == "error":
            journal.complaints.append(said.text)

    def fail(error: "Error") -> None:
        journal.complaints.append(str(error))

    def ask(request: "Request") -> None:
        journal.hosts.add(request.url.split("/")[2])

    page.on("console", note)
    page.on("pageerror", fail)
    page.on("request", ask)
    page.goto(f"{service.url}/#/novels")
    page.wait_for_selector("#text")
    yield page
    page.remove_listener("console", note)
    page.remove_listener("pageerror", fail)
    page.remove_listener("request", ask)
    assert journal.complaints == []
    assert journal.hosts <= {service.url.removeprefix("http://"), ""}  # "": a download's blob


@pytest.fixture(scope="module")
def tab(browser: "Browser") -> Iterator["Page"]:
    """The tab of a file's tests: a new one for each would be most of the time that they take."""
    with new_tab(browser) as tab:
        yield tab


@pytest.fixture
def page(tab: "Page", service: ServiceProcess, journal: Journal) -> Iterator["Page"]:
    """The page of novels in the file's tab, which keeps nothing of the test before.

    But for scripts of its own (``add_init_script``), cut WebSockets and stopped clocks: Playwright cannot
    take these back, so tests that have them use ``fresh_page``.
    """
    tab.unroute_all(behavior="ignoreErrors")
    tab.set_viewport_size(VIEWPORT)
    tab.emulate_media(color_scheme="null")
    tab.goto(f"{service.url}/ok")
    tab.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    with watched(tab, service, journal) as page:
        yield page


@pytest.fixture
def fresh_page(browser: "Browser", service: ServiceProcess, journal: Journal) -> Iterator["Page"]:
    """The page of novels in a profile of the test's own."""
    with console(browser, service, journal) as page:
        yield page


@pytest.fixture(scope="session")
def novels() -> Path:
    """The folder of the texts."""
    return Path(__file__).parent.parent / "fixtures" / "novels"
