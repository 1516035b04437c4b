"""What a backup holds, an empty deployment goes on with."""

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from configs.settings import Settings
from server.accounts.audit import everything
from server.db.models import AuditEntry
from server.db.session import open_database
from tests.conftest import PROJECT, running
from tests.fixtures import loaded_process


def scriptorium(
    data: Path, *arguments: str, database_url: str = "", given: str | None = None, **more: str
) -> "subprocess.CompletedProcess[str]":
    settings = {"DATA_DIR": str(data), "DATABASE_URL": database_url, **more}
    return loaded_process.call(*arguments, environment=os.environ | settings, given=given, timeout=100)


def settings(data: Path, database_url: str = "") -> Settings:
    more = {"DATABASE_URL": database_url} if database_url else {}
    return Settings(PORT=0, DATA_DIR=data, SCRIPTORIUM_CONFIG=PROJECT, SWEEP_SECONDS=0.5, **more)  # type: ignore[call-arg, arg-type]


def begin(http: httpx.Client) -> dict[str, Any]:
    """A run that waits for an answer, a file and a document."""
    thread = http.post("/threads", json={}).json()["thread_id"]
    http.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "review", "input": {}})
    file = http.post("/api/v1/files", params={"name": "x.txt"}, content=b"kept").json()["file_id"]
    http.put("/store/items", json={"namespace": ["n"], "key": "k", "value": {"a": 1}})
    return {"thread": thread, "file": file, "status": http.get(f"/threads/{thread}").json()["status"]}


def add_to_audit(database_url: str) -> list[int | None]:
    """Add an entry; the numbers of all, the oldest first."""

    async def add() -> list[int | None]:
        async with open_database(database_url) as database:
            async with database.write() as session:
                session.add(AuditEntry(action="test", target="", status=200, address="", request_id=""))
            return [entry.entry_id async for entry in everything(database)]

    return asyncio.run(add())


def check(http: httpx.Client, before: dict[str, Any]) -> None:
    state = http.get(f"/threads/{before['thread']}/state").json()
    assert state["next"], state
    body = {"assistant_id": "review", "command": {"resume": "yes"}}
    http.post(f"/threads/{before['thread']}/runs/wait", json=body).raise_for_status()
    assert http.get(f"/threads/{before['thread']}").json()["status"] == "idle"
    assert http.get(f"/api/v1/files/{before['file']}/content").content == b"kept"
    assert http.get("/store/items", params={"namespace": "n", "key": "k"}).json()["value"] == {"a": 1}


def test_an_interrupted_thread_goes_on_in_another_folder(tmp_path: Path) -> None:
    with (
        running(settings(tmp_path / "a")) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        before = begin(http)
        written = scriptorium(tmp_path / "a", "backup", str(tmp_path / "kept.tar"))
    assert (written.returncode, before["status"]) == (0, "interrupted"), written.stderr

    restored = scriptorium(tmp_path / "b", "restore", str(tmp_path / "kept.tar"))

    assert restored.returncode == 0, restored.stderr
    assert (tmp_path / "kept.tar").stat().st_mode & 0o077 == 0
    with (
        running(settings(tmp_path / "b")) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        check(http, before)


def test_a_backup_of_sqlite_moves_to_postgresql(tmp_path: Path, empty_postgresql_url: str) -> None:
    with (
        running(settings(tmp_path / "a")) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        before = begin(http)
    sqlite_url = f"sqlite+aiosqlite:///{tmp_path / 'a' / 'scriptorium.db'}"
    add_to_audit(sqlite_url)
    audited = add_to_audit(sqlite_url)
    scriptorium(tmp_path / "a", "backup", str(tmp_path / "kept.tar"))

    restored = scriptorium(
        tmp_path / "b", "restore", str(tmp_path / "kept.tar"), database_url=empty_postgresql_url
    )

    assert restored.returncode == 0, restored.stderr
    with (
        running(settings(tmp_path / "b", empty_postgresql_url)) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        check(http, before)
    assert add_to_audit(empty_postgresql_url)[:-1] == audited == [1, 2]


def test_nothing_is_restored_over_what_is_there(tmp_path: Path) -> None:
    with running(settings(tmp_path / "a")):
        pass
    scriptorium(tmp_path / "a", "backup", str(tmp_path / "kept.tar"))

    again = scriptorium(tmp_path / "a", "restore", str(tmp_path / "kept.tar"))
    overwritten = scriptorium(tmp_path / "a", "backup", str(tmp_path / "kept.tar"))

    assert (again.returncode, "There is something already" in again.stderr) == (1, True)
    assert overwritten.returncode == 1


@pytest.mark.parametrize("content", [b"", b"no tar", b"\0" * 10240])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kept.tar").write_bytes(content)

    refused = scriptorium(tmp_path / "b", "restore", str(tmp_path / "kept.tar"))

    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
