"""URLs that users give lead to public addresses only, however written; ids never become paths."""

import asyncio
import socket
from typing import Any

import pytest

from server.runs.addresses import resolve_public
from tests.fixtures.people import People
from tools.errors import InvalidInput

PRIVATE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://localhost./",
    "http://0.0.0.0/",
    "http://0/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[ff02::1]/",
]
NO_URLS = [
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "//example.org/",
    "http://",
    "http:///path",
    "http://user:password@8.8.8.8/",
    "http://8.8.8.8@127.0.0.1/",
    "http://127.0.0.1#@8.8.8.8/",
    "http://127.0.0.1\\@8.8.8.8/",
    "http://8.8.8.8 127.0.0.1/",
    "http://8.8.8.8\r\nHost: x/",
    "http://" + "a" * 3000,
    "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
]


@pytest.mark.parametrize("url", [*PRIVATE, *NO_URLS])
async def test_a_url_to_a_private_place_or_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        await resolve_public(url, allow_private=False)


async def test_a_name_that_leads_to_a_public_and_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [(socket.AF_INET, 0, 0, "", (ip, 80)) for ip in ("8.8.8.8", "127.0.0.1")]

    async def both(*_: Any, **__: Any) -> Any:
        return answers

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)

    with pytest.raises(InvalidInput):
        await resolve_public("http://rebinding.example/", allow_private=False)


async def test_a_name_is_looked_up_once_and_the_call_goes_to_that_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def changing(host: str, *_: Any, **__: Any) -> Any:
        asked.append(host)
        ip = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, 0, 0, "", (ip, 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", changing)

    assert (await resolve_public("http://rebinding.example/", allow_private=False)).ip == "8.8.8.8"
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize(
    "file_id",
    ["../scriptorium.db", "..%2fscriptorium.db", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "....//x", "%00", "a%00b"],
)
def test_a_files_id_is_no_path(people: People, file_id: str) -> None:
    ann, admin = people.join(), people.join(role="admin")

    for person in (ann, admin):
        answer = person.http.get(f"/api/v1/files/{file_id}/content")
        assert answer.status_code in (404, 422)
        assert b"SQLite" not in answer.content
        assert b"root:" not in answer.content
    assert "__error__" in admin.run("reader", file_id=file_id)


@pytest.mark.parametrize(
    "path", ["../app.py", "%2e%2e/app.py", "..%2fapp.py", "%2e%2e%2f%2e%2e%2fpyproject.toml"]
)
def test_the_consoles_folder_is_not_left(people: People, path: str) -> None:
    assert people.nobody.get(f"/console/{path}").status_code == 404
