"""The console of a service with accounts: who signs in sees what is theirs, and no text becomes a page."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from configs.settings import Settings
from tests.fixtures.service_process import ServiceProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PASSWORD = "correct horse battery"
HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
NOVEL = f"\u201cYes,\u201d said Ada. \u201cNo,\u201d said Bob. {HOSTILE} \u201cWell,\u201d said Ada to Bob."


@pytest.fixture(scope="module")
def accounts(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    settings = {field.alias for field in Settings.model_fields.values()}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    data: Path = tmp_path_factory.mktemp("data")
    process = ServiceProcess(
        data_dir=data,
        environment=environment | {"AUTH": "on", "ALLOW_REGISTRATION": "true", "LOGIN_RATE": "0"},
    )
    yield process.start()
    process.stop()


@pytest.fixture
def page(browser: "Browser", accounts: ServiceProcess) -> Iterator["Page"]:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{accounts.url}/#/novels")
    yield page
    context.close()


def join(accounts: ServiceProcess, name: str) -> None:
    body = {"username": name, "password": PASSWORD}
    assert httpx.post(f"{accounts.url}/api/v1/auth/register", json=body, timeout=30).status_code == 201


def sign_in(page: "Page", name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name=f"Sign out {name}").wait_for()


def test_nobody_starts_a_run_before_signing_in(page: "Page") -> None:
    page.get_by_role("heading", name="Sign in").wait_for()

    assert page.locator("textarea").count() == 0


def test_a_wrong_password_is_said_to_be_wrong(page: "Page", accounts: ServiceProcess) -> None:
    page.get_by_label("Name").fill("nobody-at-all")
    page.get_by_label("Password").fill("a wrong password")
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_text("Wrong name or password.").wait_for()


def test_who_signs_in_runs_a_job_and_the_next_one_sees_nothing_of_it(
    page: "Page", accounts: ServiceProcess
) -> None:
    join(accounts, "ann")
    join(accounts, "bob")
    sign_in(page, "ann")
    page.locator("textarea").fill(NOVEL)
    page.get_by_role("button", name="Start").click()
    page.get_by_text("finished").first.wait_for()
    address = page.url
    assert "token" not in address
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main script").count() == 0

    page.get_by_role("button", name="Sign out ann").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    sign_in(page, "bob")
    page.click("a[href='#/novels']")
    assert page.get_by_text("Recent runs").count() == 0
    assert page.locator("textarea").input_value() == ""
    page.goto(address)

    page.get_by_text("not found").first.wait_for()
    assert page.evaluate("window.pwned") is None


def _hear(page: "Page", text: str) -> None:
    page.click("text=Talk")
    page.get_by_text("Connected.").wait_for()
    page.fill("#talk-text", text)
    page.click("#they-said")
    page.locator(".line-text", has_text=text).wait_for()


def test_talk_is_seen_by_nobody_else_at_the_same_screen(accounts: ServiceProcess, page: "Page") -> None:
    join(accounts, "ida")
    join(accounts, "jon")
    sign_in(page, "ida")
    _hear(page, "A secret of Ida")
    page.click("text=Who talks with whom")
    page.get_by_label("Your name").fill("Ida")
    page.get_by_label("How you talk").click()
    kept = page.evaluate("localStorage.getItem('scriptorium.talk')")
    page.get_by_role("button", name="Sign out ida").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    sign_in(page, "jon")
    _hear(page, "Hello")
    seen = page.locator(".line-text").all_inner_texts()
    name = page.locator(".talk-setup input").all()[2].input_value()
    page.evaluate("kept => localStorage.setItem('scriptorium.talk', kept)", kept)
    page.reload()
    page.get_by_text("Connected.").wait_for()

    assert (seen, name) == (["Hello"], "")
    assert page.locator(".line-text").all_inner_texts() == []
