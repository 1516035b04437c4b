"""Accounts over HTTP: who comes in, by what, and who does not."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from configs.settings import Settings
from server.db.models import now
from tests.conftest import PROJECT, Server, running
from tools.llm.transport import certificates

SECRET = "a-secret-of-these-tests-that-is-long-enough"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        PORT=0,
        DATA_DIR=tmp_path_factory.mktemp("data"),
        SCRIPTORIUM_CONFIG=PROJECT,
        AUTH="on",
        AUTH_SECRET=SECRET,
        ALLOW_REGISTRATION=True,
        LOGIN_RATE=0,
        REGISTRATION_RATE=0,
    )  # type: ignore[call-arg]
    with running(settings) as server:
        yield server


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, verify=certificates(), timeout=30) as client:
        yield client


def register(http: httpx.Client) -> dict[str, Any]:
    name = f"u{uuid4().hex[:12]}"
    made = http.post("/api/v1/auth/register", json={"username": name, "password": PASSWORD})
    assert made.status_code == 201, made.text
    return login(http, name).json()


def login(http: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    return http.post("/api/v1/auth/login", json={"username": name, "password": password})


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def me(http: httpx.Client, headers: dict[str, str]) -> int:
    return http.get("/api/v1/auth/me", headers=headers).status_code


def test_nobody_comes_in_without_credentials(http: httpx.Client) -> None:
    answer = http.post("/threads", json={})

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_who_logs_in_is_known(http: httpx.Client) -> None:
    tokens = register(http)

    assert http.get("/api/v1/auth/me", headers=bearer(tokens)).json()["role"] == "user"


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(http: httpx.Client) -> None:
    name = register(http)["user_info"]["username"]

    wrong, unknown = login(http, name, "no such password"), login(http, "nobody-at-all")

    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401


def test_nobody_gives_themselves_a_role(http: httpx.Client) -> None:
    body = {"username": "mallory", "password": PASSWORD, "role": "admin"}

    assert http.post("/api/v1/auth/register", json=body).status_code == 422


def test_a_refused_password_is_not_in_the_answer(http: httpx.Client) -> None:
    answer = http.post("/api/v1/auth/register", json={"username": "weakling", "password": "hunter2"})

    assert answer.status_code == 422
    assert answer.json()["error"] == "weak_password"
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("key", "algorithm", "age"),
    [("", "none", 0), ("another-key-that-is-long-enough-for-hmac", "HS256", 0), (SECRET, "HS256", 1)],
    ids=["no algorithm", "wrong key", "expired"],
)
def test_a_forged_or_old_token_is_refused(http: httpx.Client, key: str, algorithm: str, age: int) -> None:
    good = jwt.decode(register(http)["access_token"], SECRET, algorithms=["HS256"])
    claims = good | {"exp": now() + timedelta(hours=1 - 2 * age)}

    forged = jwt.encode(claims, key or None, algorithm=algorithm)

    assert me(http, {"Authorization": f"Bearer {forged}"}) == 401


def test_a_refresh_token_used_twice_ends_its_session(http: httpx.Client) -> None:
    first = register(http)

    second = http.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]}).json()
    assert me(http, bearer(second)) == 200
    again = http.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})

    assert again.status_code == 401
    assert me(http, bearer(second)) == 401


def test_logging_out_takes_effect_at_once(http: httpx.Client) -> None:
    tokens = register(http)

    assert http.post("/api/v1/auth/logout", headers=bearer(tokens)).status_code == 204

    assert me(http, bearer(tokens)) == 401


def test_a_new_password_ends_the_other_sessions(http: httpx.Client) -> None:
    tokens = register(http)
    body = {"current_password": PASSWORD, "new_password": "another fine password"}

    changed = http.post("/api/v1/auth/change-password", json=body, headers=bearer(tokens))

    assert me(http, bearer(tokens)) == 401
    assert me(http, bearer(changed.json())) == 200


def test_a_name_that_fails_often_has_to_wait(http: httpx.Client) -> None:
    for _ in range(10):
        login(http, "often-tried", "not the password")

    answer = login(http, "often-tried")

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def make_key(http: httpx.Client, tokens: dict[str, Any], *scopes: str) -> dict[str, Any]:
    body = {"name": "script", "scopes": list(scopes)}
    return http.post("/api/v1/keys", json=body, headers=bearer(tokens)).json()


@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
def test_an_api_key_serves_the_langgraph_api(http: httpx.Client, header: str) -> None:
    key = make_key(http, register(http), "read", "write")["key"]
    value = key if header == "x-api-key" else f"Bearer {key}"

    assert http.post("/threads", json={}, headers={header: value}).status_code == 200


def test_a_key_that_reads_does_not_write(http: httpx.Client) -> None:
    headers = {"x-api-key": make_key(http, register(http), "read")["key"]}

    assert http.post("/threads/search", json={}, headers=headers).status_code == 200
    assert http.post("/threads", json={}, headers=headers).status_code == 403
    assert http.post("/api/v1/files", content=b"x", headers=headers).status_code == 403


def test_a_revoked_key_is_refused(http: httpx.Client) -> None:
    tokens = register(http)
    key = make_key(http, tokens, "read")
    assert http.delete(f"/api/v1/keys/{key['key_id']}", headers=bearer(tokens)).status_code == 204

    assert http.post("/threads/search", json={}, headers={"x-api-key": key["key"]}).status_code == 401


def test_a_key_manages_no_accounts(http: httpx.Client) -> None:
    headers = {"x-api-key": make_key(http, register(http), "read", "write")["key"]}

    assert http.post("/api/v1/keys", json={"name": "more"}, headers=headers).status_code == 403


def test_a_user_is_no_admin(http: httpx.Client) -> None:
    tokens = register(http)
    path = f"/api/v1/users/{tokens['user_info']['id']}"

    assert http.get("/api/v1/users", headers=bearer(tokens)).status_code == 403
    assert http.patch(path, json={"role": "admin"}, headers=bearer(tokens)).status_code == 403


THREAD = "/threads/{thread}"
OTHERS = [
    ("GET", THREAD),
    ("PATCH", THREAD),
    ("DELETE", THREAD),
    ("GET", THREAD + "/state"),
    ("POST", THREAD + "/state"),
    ("GET", THREAD + "/history"),
    ("POST", THREAD + "/copy"),
    ("GET", THREAD + "/stream"),
    ("GET", THREAD + "/runs"),
    ("POST", THREAD + "/runs"),
    ("GET", THREAD + "/runs/{run}"),
    ("GET", THREAD + "/runs/{run}/join"),
    ("POST", THREAD + "/runs/{run}/cancel"),
    ("DELETE", THREAD + "/runs/{run}"),
    ("GET", "/api/v1/runs/{run}"),
    ("GET", "/assistants/{assistant}"),
    ("PATCH", "/assistants/{assistant}"),
    ("DELETE", "/assistants/{assistant}"),
    ("GET", "/runs/crons/{cron}"),
    ("DELETE", "/runs/crons/{cron}"),
    ("GET", "/api/v1/files/{file}"),
    ("GET", "/api/v1/files/{file}/content"),
]


@pytest.fixture(scope="module")
def anns(server: Server) -> dict[str, str]:
    """Ids of one thing of each kind that are Ann's."""
    with httpx.Client(base_url=server.url, verify=certificates(), timeout=30) as http:
        http.headers.update(bearer(register(http)))
        graph = http.post("/assistants/search", json={}).json()[0]["graph_id"]
        thread = http.post("/threads", json={}).json()["thread_id"]
        run = http.post(f"/threads/{thread}/runs", json={"assistant_id": graph, "input": {}}).json()
        cron = http.post("/runs/crons", json={"assistant_id": graph, "schedule": "0 0 1 1 *"}).json()
        assistant = http.post("/assistants", json={"graph_id": graph}).json()
        file = http.post("/api/v1/files", content=b"a secret").json()
        return {
            "graph": graph,
            "thread": thread,
            "run": run["run_id"],
            "cron": cron["cron_id"],
            "assistant": assistant["assistant_id"],
            "file": file["file_id"],
        }


@pytest.mark.parametrize(("method", "path"), OTHERS, ids=lambda part: part)
def test_what_is_somebody_elses_is_not_there(
    http: httpx.Client, anns: dict[str, str], method: str, path: str
) -> None:
    bodies = {THREAD + "/runs": {"assistant_id": anns["graph"], "input": {}}}
    body = None if method == "GET" else json.dumps(bodies.get(path, {}))

    nothing = {name: str(uuid4()) for name in anns}
    headers = bearer(register(http))

    hers = http.request(method, path.format(**anns), content=body, headers=headers)
    none = http.request(method, path.format(**nothing), content=body, headers=headers)

    told = none.text
    for name in nothing:
        told = told.replace(nothing[name], anns[name])
    assert (hers.status_code, hers.text) == (none.status_code, told)
    assert hers.status_code in (404, 409) or "404: Run not found" in hers.text


def test_a_store_is_ones_own(http: httpx.Client) -> None:
    item = {"namespace": ["notes"], "key": "k", "value": {"a": 1}}
    ann, bob = bearer(register(http)), bearer(register(http))
    http.put("/store/items", json=item, headers=ann)

    found = http.post("/store/items/search", json={"namespace_prefix": []}, headers=bob).json()

    assert found["items"] == []
    assert http.post("/store/items/search", json={"namespace_prefix": []}, headers=ann).json()["items"]


def test_nobody_gives_a_thread_away(http: httpx.Client) -> None:
    tokens = register(http)
    made = http.post("/threads", json={"metadata": {"owner": "another"}}, headers=bearer(tokens)).json()

    assert made["metadata"]["owner"] == tokens["user_info"]["id"]


def test_a_ticket_opens_one_websocket(http: httpx.Client, server: Server) -> None:
    headers = bearer(register(http))
    thread = http.post("/threads", json={}, headers=headers).json()["thread_id"]
    ticket = http.post("/api/v1/auth/ticket", headers=headers).json()["ticket"]
    address = f"{server.url.replace('http', 'ws')}/threads/{thread}/stream/events?ticket={ticket}"

    with connect(address):
        pass

    with pytest.raises(InvalidStatus):
        connect(address)
