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
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",  # the tests' machine may run as root, where Chromium's sandbox does not
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
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
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda said: journal.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: journal.complaints.append(str(error)))
    page.on("request", lambda request: journal.hosts.add(request.url.split("/")[2]))
    page.goto(f"{service.url}/#/novels")
    page.wait_for_selector("#text")
    yield page
    context.close()
    assert journal.complaints == []
    assert journal.hosts <= {service.url.removeprefix("http://"), ""}  # "": a download's blob


@pytest.fixture
def page(browser: "Browser", service: ServiceProcess, journal: Journal) -> Iterator["Page"]:
    """The page of novels, of the test's own."""
    with console(browser, service, journal) as page:
        yield page


@pytest.fixture(scope="session")
def novels() -> Path:
    """The folder of the texts."""
    return Path(__file__).parent.parent / "fixtures" / "novels"
