"""Topics by a service on PAI-EAS: what it answers is passed on, or refused; nothing is made up."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import orjson
import pytest

from tools.alibaba.eas import infer_topics
from tools.errors import ModelAnswerInvalid, ServiceError

TOKEN = "a-token-of-the-tests"


@contextmanager
def service(status: int, answer: Any) -> Generator[str]:
    """An EAS service that knows one token, and always answers the same."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
            is_right = self.headers["authorization"] == TOKEN and list(asked) == ["texts"]
            self.send_response(status if is_right else 401)
            self.end_headers()
            self.wfile.write(orjson.dumps(answer))

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/predict/topics"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_both_shapes_of_answers_are_read() -> None:
    old = {"topic_distributions": [[0.25, 0.75]], "top_topics": [1]}
    with service(200, old) as url:
        found = await infer_topics(url, TOKEN, ["a"])
    assert found["documents"] == [{"shares": [0.25, 0.75]}]
    assert found["topics"] == [{"id": 1, "label": None}, {"id": 2, "label": None}]

    own = {"topics": [{"id": 7, "label": "sea"}], "documents": [{"shares": [1.0]}, {"shares": None}]}
    with service(200, own) as url:
        found = await infer_topics(url, TOKEN, ["a", "b"])
    assert found == own


@pytest.mark.parametrize(
    "answer",
    [{}, [], {"topic_distributions": [[0.5, 0.5]]}, {"topic_distributions": [[2.0], [0.5]]}, "no", None],
)
async def test_an_answer_that_is_no_distribution_for_each_text_is_an_error(answer: Any) -> None:
    with service(200, answer) as url, pytest.raises(ModelAnswerInvalid):
        await infer_topics(url, TOKEN, ["a", "b"])


@pytest.mark.parametrize(
    ("status", "code"), [(503, "eas_unavailable"), (429, "eas_unavailable"), (404, "eas_refused")]
)
async def test_a_failure_is_explained_without_the_token(status: int, code: str) -> None:
    with service(status, {}) as url, pytest.raises(ServiceError) as failed:
        await infer_topics(url, TOKEN, ["a"])

    assert failed.value.code == code
    assert TOKEN not in f"{failed.value} {failed.value.hint}"


async def test_a_wrong_token_is_refused() -> None:
    with service(200, {}) as url, pytest.raises(ServiceError, match="401"):
        await infer_topics(url, "another", ["a"])
