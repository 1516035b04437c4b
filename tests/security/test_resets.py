"""Forgotten passwords."""

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from server.accounts.mail import transport
from tests.conftest import Server
from tests.fixtures.people import PASSWORD, People
from tests.fixtures.served_projects import SECURED_PROJECT, serving
from tests.fixtures.smtp import Mailbox, mailbox

NEW = "another fine password"


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def mailing(box: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(
        SECURED_PROJECT,
        tmp_path_factory.mktemp("data"),
        AUTH="on",
        ALLOW_REGISTRATION=True,
        LOGIN_RATE=0,
        REGISTRATION_RATE=0,
        MAIL_URL=f"smtp://127.0.0.1:{box.port}",
        PUBLIC_URL="https://scriptorium.example",
    ) as server:
        yield server


@pytest.fixture
def people(mailing: Server) -> Iterator[People]:
    with People(mailing) as people:
        yield people


def asked(people: People, box: Mailbox, name: str) -> str:
    """Ask for a mail; the token in it."""
    body = {"username": name}
    assert people.nobody.post("/api/v1/auth/reset-password", json=body).status_code == 202
    text = box.next()
    found = re.search(r"https://scriptorium\.example/#/reset/(\S+)", text)
    assert found, text
    return found[1]


def confirm(people: People, token: str, password: str = NEW) -> int:
    body = {"token": token, "new_password": password}
    return people.nobody.post("/api/v1/auth/reset-password/confirm", json=body).status_code


def test_a_link_by_mail_sets_a_password_once_and_ends_the_sessions(people: People, box: Mailbox) -> None:
    ann = people.join("ann-who-forgot", email="ann@example.org")
    token = asked(people, box, "ann@example.org")

    assert confirm(people, token, "weak") == 422
    assert confirm(people, token) == 204
    assert confirm(people, token) == 401
    assert ann.http.get("/api/v1/auth/me").status_code == 401
    assert people.login("ann-who-forgot", NEW)


def test_nobody_learns_by_asking_who_has_an_account(people: People, box: Mailbox) -> None:
    people.join("bob-who-forgot", email="bob@example.org")

    answers = [
        people.nobody.post("/api/v1/auth/reset-password", json={"username": name}).text
        for name in ("bob-who-forgot", "nobody-at-all")
    ]

    assert answers[0] == answers[1]
    assert "bob@example.org" in box.next()


def test_a_link_is_not_good_after_a_change_of_password(people: People, box: Mailbox) -> None:
    eve = people.join("eve-who-forgot", email="eve@example.org")
    token = asked(people, box, "eve-who-forgot")
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert eve.http.post("/api/v1/auth/change-password", json=body).status_code == 200

    assert confirm(people, token, "a third fine password") == 401


def test_a_mails_headers_cannot_be_added_to() -> None:
    message = EmailMessage()

    with pytest.raises(ValueError, match=r"newline|linefeed"):
        message["To"] = "ann@example.org\r\nBcc: eve@example.org"


async def test_a_mail_in_the_log_carries_the_link_and_no_address(caplog: pytest.LogCaptureFixture) -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = "ann@example.org", "New"
    message.set_content("Open https://x/#/reset/abc")

    await transport("log:")(message)

    assert "/#/reset/abc" in caplog.text
