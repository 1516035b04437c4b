"""Signatures, and which addresses a callback may lead to."""

import hashlib
import hmac
import socket

import pytest

from server.runs.addresses import resolve_public
from server.runs.webhooks import sign
from tools.errors import InvalidInput


def test_the_signature_is_an_hmac_over_time_and_body() -> None:
    expected = hmac.new(b"key", b'1700000000.{"a":1}', hashlib.sha256).hexdigest()

    assert sign(b"key", b'{"a":1}', 1700000000) == f"t=1700000000,v1={expected}"


PRIVATE = [
    "http://127.0.0.1/",
    "http://localhost:9/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[::]/",
    "http://[::ffff:0.0.0.0]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://224.0.0.1/",
]


@pytest.mark.parametrize("url", PRIVATE)
async def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        await resolve_public(url, allow_private=False)

    assert raised.value.code == "callback_refused"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "8.8.8.8",
        "http://",
        "http://user:pw@8.8.8.8/",
    ],
)
async def test_only_plain_http_urls_are_taken(url: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        await resolve_public(url, allow_private=True)

    assert "pw@" not in raised.value.message


@pytest.mark.parametrize(
    "answers",
    [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["2606:4700::1", "::ffff:127.0.0.1"]],
    ids=str,
)
async def test_a_name_with_one_private_address_is_refused(
    answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (answer, 80)) for answer in answers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(InvalidInput) as raised:
        await resolve_public("http://both.example/", allow_private=False)

    assert raised.value.code == "callback_refused"


@pytest.mark.parametrize("url", ["http://user@8.8.8.8/", "http://:pw@8.8.8.8/", "http://8.8.8.8@10.0.0.1/"])
async def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidInput, match="credentials") as raised:
        await resolve_public(url, allow_private=True)

    assert "pw" not in raised.value.message


async def test_a_public_address_is_taken_as_it_was_resolved() -> None:
    address = await resolve_public("https://8.8.8.8:444/x", allow_private=False)

    assert (address.host, address.ip) == ("8.8.8.8", "8.8.8.8")
