"""Forged, altered and foreign access tokens: none is taken."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest

from server.db.models import now
from tests.fixtures.people import People
from tests.security.conftest import SECRET

Claims = dict[str, Any]


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def raw(header: Claims, claims: Claims, signature: str = "") -> str:
    return f"{part(header)}.{part(claims)}.{signature}"


def signed(header: Claims, claims: Claims, key: bytes) -> str:
    """A token with an HMAC of SHA-256, whatever its header says."""
    body = f"{part(header)}.{part(claims)}"
    digest = hmac.new(key, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def plain(claims: Claims) -> Claims:
    return {**claims, "exp": int((now() + timedelta(hours=1)).timestamp())}


ATTACKS: dict[str, Callable[[Claims, str], str]] = {
    "alg none": lambda claims, _: raw({"alg": "none", "typ": "JWT"}, plain(claims)),
    "alg None": lambda claims, _: raw({"alg": "None", "typ": "JWT"}, plain(claims)),
    "alg none, old signature": lambda claims, good: raw({"alg": "none"}, plain(claims), good.split(".")[2]),
    "no signature": lambda _, good: good.rsplit(".", 1)[0] + ".",
    "two parts": lambda _, good: good.rsplit(".", 1)[0],
    "empty key": lambda claims, _: signed({"alg": "HS256"}, plain(claims), b""),
    "another key": lambda claims, _: jwt.encode(plain(claims), "x" * 40, algorithm="HS256"),
    "another HMAC": lambda claims, _: jwt.encode(plain(claims), SECRET * 2, algorithm="HS512"),
    "RS256 by name": lambda claims, good: raw({"alg": "RS256"}, plain(claims), good.split(".")[2]),
    "RS256 by name, signed as HS256": lambda claims, _: signed(
        {"alg": "RS256"}, plain(claims), SECRET.encode()
    ),
    "key in the header": lambda claims, _: jwt.encode(
        plain(claims), "x" * 40, algorithm="HS256", headers={"jwk": {"kty": "oct", "k": part("x" * 40)}}
    ),
    "key id is a path": lambda claims, _: signed(
        {"alg": "HS256", "kid": "../../../../dev/null"}, plain(claims), b""
    ),
    "key address": lambda claims, _: jwt.encode(
        plain(claims), "x" * 40, algorithm="HS256", headers={"jku": "http://evil.example/keys"}
    ),
    "altered claims": lambda claims, good: ".".join(
        (good.split(".")[0], part({**claims, "sub": "another"}), good.split(".")[2])
    ),
    "expired": lambda claims, _: jwt.encode({**claims, "exp": now() - timedelta(seconds=1)}, SECRET),
    "no expiry": lambda claims, _: jwt.encode({k: v for k, v in claims.items() if k != "exp"}, SECRET),
    "another issuer": lambda claims, _: jwt.encode({**plain(claims), "iss": "another"}, SECRET),
    "no issuer": lambda claims, _: jwt.encode({k: v for k, v in claims.items() if k != "iss"}, SECRET),
    "somebody else in one's own session": lambda claims, _: jwt.encode(
        {**plain(claims), "sub": "another"}, SECRET
    ),
    "a session that never was": lambda claims, _: jwt.encode({**plain(claims), "sid": "0" * 32}, SECRET),
    "a session with a wildcard": lambda claims, _: jwt.encode({**plain(claims), "sid": "*"}, SECRET),
    "not yet": lambda claims, _: jwt.encode({**plain(claims), "iat": now() + timedelta(hours=1)}, SECRET),
    "no JSON": lambda _, __: "abc.def.ghi",
    "long": lambda _, __: "a" * 7000 + ".b.c",
}


@pytest.mark.filterwarnings("ignore:The HMAC key")
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_the_token_is_refused(people: People, attack: str) -> None:
    good = people.join().tokens["access_token"]
    claims = jwt.decode(good, SECRET, algorithms=["HS256"])

    forged = ATTACKS[attack](claims, good)

    assert people.client(authorization=f"Bearer {forged}").get("/api/v1/auth/me").status_code == 401
    assert people.client(authorization=f"Bearer {good}").get("/api/v1/auth/me").status_code == 200


@pytest.mark.parametrize("name", ["token", "access_token", "ticket", "api_key", "x-api-key", "authorization"])
def test_a_token_in_an_address_opens_nothing(people: People, name: str) -> None:
    token = people.join().tokens["access_token"]

    assert people.nobody.get("/api/v1/auth/me", params={name: token}).status_code == 401


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(people: People) -> None:
    tokens = people.join().tokens

    swapped = people.client(authorization=f"Bearer {tokens['refresh_token']}").get("/api/v1/auth/me")
    refresh = people.nobody.post("/api/v1/auth/refresh", json={"refresh_token": tokens["access_token"]})

    assert (swapped.status_code, refresh.status_code) == (401, 401)
