"""Taking one's data along, and leaving no trace."""

import contextlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from configs.settings import Settings
from tests.conftest import PROJECT, Server, running
from tests.integration.test_backup import scriptorium

PASSWORD = "correct horse battery"
MARKER = "xyzzy-of-ann"


@contextmanager
def service(data: Path) -> Iterator[Server]:
    settings = Settings(PORT=0, DATA_DIR=data, SCRIPTORIUM_CONFIG=PROJECT, AUTH="on", ALLOW_REGISTRATION=True)  # type: ignore[call-arg]
    with running(settings) as server:
        yield server


@contextmanager
def registered(server: Server, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as http:
        http.post("/api/v1/auth/register", json={"username": name, "password": PASSWORD}).raise_for_status()
        tokens = http.post("/api/v1/auth/login", json={"username": name, "password": PASSWORD}).json()
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        yield http


def leave_traces(http: httpx.Client, marker: str) -> dict[str, Any]:
    """Something in every place; returns the ids of it."""
    graph = http.post("/assistants/search", json={}).json()[0]["graph_id"]
    thread = http.post("/threads", json={"metadata": {"about": marker}}).json()["thread_id"]
    run = http.post(
        f"/threads/{thread}/runs",
        json={
            "assistant_id": "agent",
            "input": {"messages": [{"role": "user", "content": marker}]},
            "metadata": {"about": marker},
        },
    ).json()
    http.get(f"/threads/{thread}/runs/{run['run_id']}/join")
    http.post("/assistants", json={"graph_id": graph, "name": marker})
    http.post(
        "/runs/crons", json={"assistant_id": graph, "schedule": "0 0 1 1 *", "metadata": {"about": marker}}
    )
    http.put("/store/items", json={"namespace": ["notes"], "key": marker, "value": {"text": marker}})
    http.post("/api/v1/keys", json={"name": marker})
    file = http.post("/api/v1/files", params={"name": f"{marker}.txt"}, content=marker.encode()).json()
    http.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5"}).raise_for_status()
    user = http.get("/api/v1/auth/me").json()["id"]
    return {
        "thread": thread,
        "run": run["run_id"],
        "file": file["file_id"],
        "sha256": file["sha256"],
        "user": user,
    }


def _without_the_audit_log(database: Path) -> None:
    """Take out what alone keeps who did what."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for change in ("update", "delete"):
            connection.execute(f"DROP TRIGGER audit_no_{change}")
        connection.execute("DELETE FROM auditentry")
        connection.commit()
        connection.execute("VACUUM")


def found_in(folder: Path, *wanted: str) -> set[tuple[str, str]]:
    """Which of these texts are in which file, by content or name."""
    found: set[tuple[str, str]] = set()
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found |= {(path.name, text) for text in wanted if text in path.name or text.encode() in content}
    return found


def test_who_leaves_leaves_nothing_and_others_stay(tmp_path: Path) -> None:
    with service(tmp_path) as server, registered(server, "ann") as ann, registered(server, "bob") as bob:
        hers, his = leave_traces(ann, MARKER), leave_traces(bob, "plugh-of-bob")
        socket = next(tmp_path.rglob("redis.sock"))
        with Redis(unix_socket_path=str(socket)) as redis:
            assert any(hers["thread"].encode() in key for key in redis.keys("*"))
            assert ann.request("DELETE", "/api/v1/auth/me", json={"password": "wrong"}).status_code == 401

            gone = ann.request("DELETE", "/api/v1/auth/me", json={"password": PASSWORD})

            assert gone.status_code == 204, gone.text
            assert [key for key in redis.keys("*") if any(id_.encode() in key for id_ in hers.values())] == []
        assert ann.get("/api/v1/auth/me").status_code == 401
        assert bob.get(f"/threads/{his['thread']}/state").status_code == 200
        assert bob.get(f"/api/v1/files/{his['file']}/content").content == b"plugh-of-bob"
        assert len(bob.post("/store/items/search", json={"namespace_prefix": []}).json()["items"]) == 1

    _without_the_audit_log(tmp_path / "scriptorium.db")
    assert found_in(tmp_path, MARKER, *hers.values()) == set()
    assert {text for _, text in found_in(tmp_path, "plugh-of-bob", his["sha256"])} == {
        "plugh-of-bob",
        his["sha256"],
    }


def test_an_export_holds_everything_and_no_secret(tmp_path: Path) -> None:
    with service(tmp_path) as server, registered(server, "ann") as ann, registered(server, "bob") as bob:
        hers, his = leave_traces(ann, MARKER), leave_traces(bob, "plugh-of-bob")

        answer = ann.get("/api/v1/auth/me/export")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held[f"files/{hers['file']}/{MARKER}.txt"] == MARKER.encode()
    assert MARKER in held[f"threads/{hers['thread']}/states.json"].decode()
    for name in ("threads", "runs", "assistants", "crons", "store", "keys"):
        assert MARKER in held[f"{name}.json"].decode(), name
    assert {"shares.json", "usage.json"} <= set(held)
    assert json.loads(held["account.json"])["username"] == "ann"
    together = b"".join(held.values())
    assert not [
        secret
        for secret in (b"argon2", b"digest", b"plugh-of-bob", his["user"].encode())
        if secret in together
    ]


def test_the_commands_export_and_erase_somebody_while_the_service_runs(tmp_path: Path) -> None:
    data, to = tmp_path / "data", tmp_path / "ann.zip"
    export = ("users", "export", "ann", "--out", str(to))
    with service(data) as server, registered(server, "ann") as ann:
        hers = leave_traces(ann, MARKER)
        exported, again = scriptorium(data, *export), scriptorium(data, *export)
        unconfirmed = scriptorium(data, "users", "erase", "ann")
        erased = scriptorium(data, "users", "erase", "ann", "--yes")
        assert ann.get("/api/v1/auth/me").status_code == 401

    codes = [it.returncode for it in (exported, again, unconfirmed, erased)]
    assert codes == [0, 1, 1, 0], exported.stderr + erased.stderr
    assert "1 threads" in erased.stdout
    with zipfile.ZipFile(to) as archive:
        assert archive.read(f"files/{hers['file']}/{MARKER}.txt") == MARKER.encode()
    assert to.stat().st_mode & 0o077 == 0
    audited = scriptorium(data, "users", "audit").stdout
    assert [f"scriptorium users {it}" in audited for it in ("export", "erase")] == [True, True]


def test_the_command_erases_somebody_while_the_service_is_stopped(tmp_path: Path) -> None:
    with service(tmp_path) as server, registered(server, "ann") as ann:
        hers = leave_traces(ann, MARKER)

    erased = scriptorium(tmp_path, "users", "erase", "ann", "--yes")

    assert erased.returncode == 0, erased.stderr
    _without_the_audit_log(tmp_path / "scriptorium.db")
    assert found_in(tmp_path, MARKER, *hers.values()) == set()


def test_whom_the_command_does_not_know_it_says_so_of(tmp_path: Path) -> None:
    done = scriptorium(tmp_path / "data", "users", "erase", "nobody", "--yes")

    assert (done.returncode, "There is no user 'nobody'" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_an_admin_erases_others_and_not_the_only_admin(tmp_path: Path) -> None:
    with service(tmp_path) as server, registered(server, "ann") as ann, registered(server, "root") as root:
        with contextlib.closing(sqlite3.connect(tmp_path / "scriptorium.db")) as connection, connection:
            connection.execute("UPDATE account SET role = 'admin' WHERE username = 'root'")
        hers, own = leave_traces(ann, MARKER), root.get("/api/v1/auth/me").json()["id"]

        gone = root.delete(f"/api/v1/users/{hers['user']}")
        refused = [
            root.delete(f"/api/v1/users/{hers['user']}"),
            root.delete(f"/api/v1/users/{own}"),
            root.request("DELETE", "/api/v1/auth/me", json={"password": PASSWORD}),
        ]

        assert gone.status_code == 204, gone.text
        assert ann.get("/api/v1/auth/me").status_code == 401
        assert [(it.status_code, it.json()["error"]) for it in refused] == [
            (404, "unknown_user"),
            (409, "own_account"),
            (409, "last_admin"),
        ]
        assert root.get("/api/v1/auth/me").status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_key_neither_exports_nor_erases(tmp_path: Path, method: str) -> None:
    with service(tmp_path) as server, registered(server, "ann") as ann:
        key = ann.post("/api/v1/keys", json={"name": "k"}).json()["key"]
        path = "/api/v1/auth/me/export" if method == "GET" else "/api/v1/auth/me"

        answer = httpx.request(
            method,
            server.url + path,
            headers={"x-api-key": key, "Content-Type": "application/json"},
            content=json.dumps({"password": PASSWORD}),
        )

    assert answer.status_code == 403
