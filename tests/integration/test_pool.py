"""Streams hold no connection to the database."""

from contextlib import ExitStack
from pathlib import Path

import httpx

from configs.settings import Settings
from tests.conftest import PROJECT, running

STREAMS = 5


def test_open_streams_leave_the_only_connection_to_others(tmp_path: Path) -> None:
    settings = Settings(
        PORT=0,
        DATA_DIR=tmp_path,
        SCRIPTORIUM_CONFIG=PROJECT,
        DATABASE_POOL_SIZE=1,
        DATABASE_MAX_OVERFLOW=0,
    )  # type: ignore[call-arg]
    with running(settings) as server, httpx.Client(base_url=server.url, timeout=20) as http:
        thread = http.post("/threads", json={}).json()["thread_id"]
        file = http.post("/api/v1/files", content=bytes(3_000_000)).json()["file_id"]
        with ExitStack() as stack:
            for path in (f"/threads/{thread}/stream", f"/api/v1/files/{file}/content"):
                for _ in range(STREAMS):
                    answer = stack.enter_context(http.stream("GET", path))
                    assert answer.status_code == 200

            assert http.get(f"/threads/{thread}").status_code == 200
