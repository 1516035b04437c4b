"""LangSmith is sent runs when its variables ask for it, and nothing otherwise."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

_RUN = """
import asyncio
from graphs.characters.graph import graph
from langchain_core.tracers.langchain import wait_for_all_tracers
asyncio.run(graph.ainvoke({"text": '"Hello," said Ann. "Hello," said Bob.'}))
wait_for_all_tracers()
"""


@pytest.fixture
def langsmith() -> Iterator[tuple[str, list[str]]]:
    """A server that takes whatever it is sent: its URL, and the paths that were asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self._answer(202)

        def do_GET(self) -> None:
            self._answer(200)

        def _answer(self, status: int) -> None:
            paths.append(self.path)
            self.send_response(status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


def _run(**variables: str) -> None:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LANGSMITH", "LANGCHAIN"))
    }
    subprocess.run([sys.executable, "-c", _RUN], env=kept | variables, check=True, timeout=120)


def test_nothing_is_sent_while_tracing_is_not_asked_for(langsmith: tuple[str, list[str]]) -> None:
    url, paths = langsmith

    _run(LANGSMITH_ENDPOINT=url, LANGSMITH_API_KEY="key")

    assert paths == []


def test_runs_are_sent_when_tracing_is_asked_for(langsmith: tuple[str, list[str]]) -> None:
    url, paths = langsmith

    _run(LANGSMITH_ENDPOINT=url, LANGSMITH_API_KEY="key", LANGSMITH_TRACING="true")

    assert any(path.startswith("/runs") for path in paths)
