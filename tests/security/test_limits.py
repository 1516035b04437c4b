"""Rate limits, the audit log, headers of caution, and logs that nobody can forge."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from server.accounts import audit
from server.accounts.addresses import neighbourhood
from server.accounts.rates import Rate
from server.logs import JsonFormatter, TextFormatter, request_id, setup_logging
from tests.conftest import Server
from tests.fixtures.people import PASSWORD, People, Person
from tests.fixtures.redis_servers import wait_until
from tests.fixtures.served_projects import SECURED_PROJECT, serving
from tests.security.test_hardening import create_admin


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(
        SECURED_PROJECT,
        tmp_path_factory.mktemp("data"),
        AUTH="on",
        ALLOW_REGISTRATION=True,
        LOGIN_RATE=0,
        REGISTRATION_RATE=0,
        RATE_LIMIT=12,
        RATE_LIMIT_PER_KEY=5,
    ) as server:
        yield server


def test_a_user_who_asks_too_often_has_to_wait_and_others_do_not(tight: Server) -> None:
    with People(tight) as people:
        ann, bob = people.join(), people.join()

        answers = [ann.http.get("/api/v1/auth/me") for _ in range(14)]

        assert [answer.status_code for answer in answers[:12]] == [200] * 12
        assert answers[0].headers["RateLimit-Limit"] == "12"
        assert int(answers[0].headers["RateLimit-Remaining"]) > int(answers[5].headers["RateLimit-Remaining"])
        last = answers[-1]
        assert (last.status_code, last.json()["error"], last.headers["RateLimit-Remaining"]) == (
            429,
            "rate_limited",
            "0",
        )
        assert 0 < int(last.headers["Retry-After"]) <= 5
        assert bob.http.get("/api/v1/auth/me").status_code == 200


def test_a_key_has_a_limit_of_its_own(tight: Server) -> None:
    with People(tight) as people:
        ann = people.join()
        keys = [ann.http.post("/api/v1/keys", json={"name": str(n)}).json()["key"] for n in range(2)]
        first, second = (people.client(**{"x-api-key": key}) for key in keys)

        statuses = [first.get("/api/v1/graphs").status_code for _ in range(6)]

        assert statuses == [200] * 5 + [429]
        assert second.get("/api/v1/graphs").status_code == 200


def test_commands_on_a_socket_count_like_requests(tight: Server) -> None:
    with People(tight) as people:
        ann = people.join()
        place = f"{tight.url.replace('http', 'ws')}/threads/{ann.thread()}/stream/events"
        headers = {"authorization": ann.http.headers["authorization"]}
        answers: list[str] = []
        with connect(place, additional_headers=headers) as socket:
            for number in range(12):
                socket.send(json.dumps({"id": number, "method": "agent.getTree"}))
                answers.append(str(socket.recv(10)))

    assert "no_such_run" in answers[0]
    assert json.loads(answers[-1])["message"].startswith("429: Too many requests")
    assert json.loads(answers[-1])["id"] == 11


def written(admin: Person, count: int, **fields: str) -> list[dict[str, Any]]:
    """Entries with these values, the oldest first; they are written after the answers: wait for so many."""
    found: list[dict[str, Any]] = []

    def are_all_there() -> bool:
        entries = admin.http.get("/api/v1/audit").json()
        found[:] = [it for it in entries if fields.items() <= it.items()]
        return len(found) >= count

    wait_until(are_all_there)
    return sorted(found, key=lambda it: it["at"])


def test_what_changes_accounts_and_what_is_refused_is_written_down(people: People, secured: Server) -> None:
    ann, admin = people.join(), people.join(role="admin")
    ann.http.get("/api/v1/users", headers={"X-Request-ID": "the-request"})
    people.nobody.post("/api/v1/auth/login", json={"username": ann.username, "password": "a wrong password"})
    thread = ann.thread()
    ann.http.delete(f"/threads/{thread}")

    entries = written(admin, 4, name=ann.username)

    assert [(it["action"], it["status"]) for it in entries] == [
        ("POST /api/v1/auth/login", 200),
        ("GET /api/v1/users", 403),
        ("POST /api/v1/auth/login", 401),
        ("DELETE /threads/{thread_id}", 204),
    ]
    assert entries[1]["request_id"] == "the-request"
    assert {it["address"] for it in entries} == {"127.0.0.1"}
    assert PASSWORD not in json.dumps(entries)
    database = secured.settings.data_dir / "scriptorium.db"
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        for change in ("DELETE FROM auditentry", "UPDATE auditentry SET name = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(change)


def test_who_the_guard_does_not_let_in_is_written_down(people: People, secured: Server) -> None:
    ann, admin = people.join(), people.join(role="admin")
    key = ann.http.post("/api/v1/keys", json={"name": "k"}).json()
    reading = ann.http.post("/api/v1/keys", json={"name": "r", "scopes": ["read"]}).json()
    ann.http.delete(f"/api/v1/keys/{key['key_id']}")
    marked = {"X-Request-ID": f"by-{ann.username}"}

    asked = [
        people.client(**marked, **{"x-api-key": key["key"]}).get("/threads/x/state"),
        people.client(**marked, **{"x-api-key": "sk-scriptorium-guessed"}).get("/threads/x"),
        people.client(**marked, authorization="Bearer a.b.c").get("/api/v1/runs"),
        people.client(**marked).get("/api/v1/runs", params={"ticket": "guessed"}),
        people.client(**marked).post("/threads/search", json={}),
        people.client(**marked, **{"x-api-key": reading["key"]}).delete("/threads/x"),
    ]
    place = f"{secured.url.replace('http', 'ws')}/threads/x/stream/events?ticket=guessed"
    with pytest.raises(InvalidStatus):
        connect(place, additional_headers=marked)

    entries = written(admin, 7, request_id=f"by-{ann.username}")
    assert [(it["user_id"], it["action"], it["status"], it["detail"]) for it in entries] == [
        (ann.user_id, "GET /threads/{thread_id}/state", 401, f"revoked key {key['key_id']}"),
        (None, "GET /threads/{thread_id}", 401, "unknown key"),
        (None, "GET /api/v1/runs", 401, "token that is not good"),
        (None, "GET /api/v1/runs", 401, "ticket that is not good"),
        (None, "POST /threads/search", 401, "no credentials"),
        (ann.user_id, "DELETE /threads/{thread_id}", 403, None),
        (None, "WEBSOCKET /threads/{thread_id}/stream/events", 401, "ticket that is not good"),
    ]
    assert "guessed" not in json.dumps(entries)
    assert [answer.status_code for answer in asked] == [401] * 5 + [403]


def test_a_foreign_page_and_a_foreign_name_are_written_down(people: People, secured: Server) -> None:
    marked = {"X-Request-ID": f"foreign-{uuid4()}"}
    foreign = marked | {"origin": "https://evil.example"}
    people.client(**foreign).get("/api/v1/runs")
    people.client(**marked, host="evil.example").get("/ok")
    place = f"{secured.url.replace('http', 'ws')}/threads/x/stream/events"
    with connect(place, additional_headers=foreign) as socket, pytest.raises(ConnectionClosed, match="4403"):
        socket.recv(10)

    entries = written(people.join(role="admin"), 3, request_id=marked["X-Request-ID"])
    page = "Pages of 'https://evil.example' may not use this service."
    assert [(it["user_id"], it["action"], it["status"], it["detail"]) for it in entries] == [
        (None, "GET /api/v1/runs", 403, page),
        (None, "GET /ok", 403, "This service does not answer to the name 'evil.example'."),
        (None, "WEBSOCKET /threads/{thread_id}/stream/events", 403, page),
    ]


def test_what_is_typed_into_the_wrong_field_is_not_kept(people: People) -> None:
    admin, given, request_id = people.join(role="admin"), f"my secret {uuid4()}", str(uuid4())
    login = {"username": given, "password": given}
    people.client(**{"X-Request-ID": request_id}).post("/api/v1/auth/login", json=login)

    (entry,) = written(admin, 1, request_id=request_id)

    assert (entry["action"], entry["status"], entry["name"]) == ("POST /api/v1/auth/login", 401, None)


@pytest.mark.parametrize(
    ("path", "status"), [("/threads/search", 401), ("/api/v1/auth/login", 422), ("/api/v1/auth/refresh", 401)]
)
def test_a_flood_of_refusals_does_not_fill_the_audit_log(
    people: People, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    monkeypatch.setattr(audit, "REFUSALS", Rate(5, timedelta(hours=1)))
    admin = people.join(role="admin")
    flooding = people.client(**{"X-Forwarded-For": f"203.0.113.{len(path)}"})

    answers = [flooding.post(path, json={"refresh_token": "x.y"}) for _ in range(20)]

    def kept() -> list[dict[str, Any]]:
        entries = admin.http.get("/api/v1/audit").json()
        return [it for it in entries if it["address"] == f"203.0.113.{len(path)}"]

    wait_until(lambda: len(kept()) >= 5)  # an entry is written once its answer is sent
    assert {answer.status_code for answer in answers} == {status}
    assert len(kept()) == 5
    assert any(audit.MORE in (it["detail"] or "") for it in kept())


def test_all_strangers_together_do_not_fill_it_either(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = people.join(role="admin")
    monkeypatch.setattr(audit, "REFUSALS_OF_STRANGERS", Rate(1, timedelta(days=1)))

    for n in range(10):
        people.client(**{"X-Forwarded-For": f"198.51.100.{n}"}).get("/api/v1/runs")

    entries = admin.http.get("/api/v1/audit").json()
    assert len([it for it in entries if it["address"].startswith("198.51.100.")]) <= 1


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a-socket", "a-socket"),
    ],
)
def test_who_has_a_network_of_addresses_counts_once(address: str, held: str) -> None:
    assert neighbourhood(address) == held


def test_the_audit_log_is_exported_as_json_lines(tmp_path: Path) -> None:
    served = serving(SECURED_PROJECT, tmp_path / "data", AUTH="on", ALLOW_REGISTRATION=True)
    with served as server, People(server) as people:
        people.join("ann")

    done = create_admin(tmp_path / "data", command="audit")

    assert done.returncode == 0, done.stderr
    actions = [json.loads(line)["action"] for line in done.stdout.splitlines()]
    assert actions == ["POST /api/v1/auth/register", "POST /api/v1/auth/login"]


@pytest.mark.parametrize("path", ["/", "/ok", "/console/app.js", "/threads/x", "/no/such/path"])
def test_every_answer_has_the_headers_of_caution(people: People, path: str) -> None:
    headers = people.nobody.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Request-ID"]


@pytest.mark.parametrize("given", ["a b", "x" * 65, "é", "a;b", ""])
def test_a_request_id_that_could_forge_a_header_or_a_line_is_not_taken(people: People, given: str) -> None:
    assert people.nobody.get("/ok", headers={"X-Request-ID": given.encode()}).headers["X-Request-ID"] != given


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1", "a\nSet-Cookie: x=1", 'a"; filename="b', "\u2028"])
def test_a_files_name_adds_no_header(people: People, name: str) -> None:
    ann = people.join()
    file = ann.http.post("/api/v1/files", params={"name": name}, content=b"x").json()["file_id"]

    answer = ann.http.get(f"/api/v1/files/{file}/content")

    assert answer.status_code == 200
    assert not {"x-evil", "set-cookie"} & set(answer.headers)
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()], ids=["text", "json"])
@pytest.mark.parametrize("broken", ["\n", "\r\n", "\x1b[2J", "\u2028", "\x85", "\x00", "\u202e"])
def test_a_logged_text_stays_on_its_line(formatter: logging.Formatter, broken: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (f"a{broken}2026 ERROR forged",), None)

    line = formatter.format(record)

    assert line.isprintable()
    assert "forged" in line


@pytest.mark.parametrize(
    "secret",
    [
        "sk-scriptorium-abcdefghijklmnop",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
        "Bearer abc.def",
        "wss://host/x?ticket=abcdef",
        "redis://user:hunter2@host",
        "ann@example.org",
    ],
)
def test_a_secret_does_not_reach_the_log(secret: str) -> None:
    try:
        raise ValueError(secret)
    except ValueError as error:
        record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (secret,), (ValueError, error, None))

    line = TextFormatter().format(record)

    kept = ("abcdef", "eyJ", "abc.def", "hunter2", "ann@")
    assert not [part for part in kept if part in line]


def test_a_log_line_names_its_request() -> None:
    token = request_id.set("the-request")
    line = json.loads(JsonFormatter().format(logging.LogRecord("x", logging.INFO, "", 0, "said", (), None)))
    request_id.reset(token)

    assert (line["request_id"], line["message"]) == ("the-request", "said")


@pytest.mark.parametrize(
    "name", ["uvicorn.error", "websockets.server", "websockets.client", "sse_starlette.sse"]
)
def test_what_is_said_over_connections_is_logged_at_no_level(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for changed in ("alembic", "docket", "docket.dependencies", "httpx", "sse_starlette", "uvicorn.error"):
        monkeypatch.setattr(logging.getLogger(changed), "level", logging.NOTSET)
    monkeypatch.setattr(logging.getLogger("websockets"), "level", logging.NOTSET)
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)

    setup_logging("DEBUG")

    assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
