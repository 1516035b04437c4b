"""Nobody makes the server hold more than a route needs, and strangers least of all."""

from collections.abc import Iterator

import pytest
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from server.api.body import ACCOUNT_BYTES, BodyLimit
from tests.fixtures.people import People

MIB = 1024 * 1024


def chunks(size: int) -> Iterator[bytes]:
    """A body without a length that could be refused beforehand."""
    for _ in range(size // 65536 + 1):
        yield b" " * 65536


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/auth/register", "/api/v1/auth/refresh"])
@pytest.mark.parametrize("has_length", [True, False], ids=["with a length", "in chunks"])
def test_what_strangers_send_to_accounts_is_small(people: People, path: str, has_length: bool) -> None:
    content = b" " * (ACCOUNT_BYTES + 1) if has_length else chunks(ACCOUNT_BYTES)

    answer = people.nobody.post(path, content=content)

    assert (answer.status_code, answer.json()["error"]) == (413, "body_too_large")
    assert f"limit of {ACCOUNT_BYTES} bytes" in answer.json()["detail"]
    assert answer.json()["hint"] == "Send the fields that the route takes."


@pytest.mark.parametrize(
    ("path", "setting"), [("/threads", b"MAX_BODY_SIZE"), ("/api/v1/files", b"MAX_FILE_SIZE")]
)
async def test_the_answer_says_which_setting_is_the_limit(path: str, setting: bytes) -> None:
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "path": path, "headers": [(b"content-length", b"%d" % (5 * MIB))]}
    await BodyLimit(never, max_bytes=MIB, max_upload=4 * MIB)(scope, receive, send)

    assert said[0]["status"] == 413
    assert setting in said[1]["body"]


async def never(_: Scope, __: Receive, ___: Send) -> None:
    raise AssertionError("the request has passed")


async def test_of_a_body_that_is_too_long_no_more_than_the_limit_reaches_the_route() -> None:
    received = 0

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal received
        while True:
            received += len((await receive()).get("body", b""))

    async def receive() -> Message:
        return {"type": "http.request", "body": b" " * 65536, "more_body": True}

    limit = BodyLimit(route, max_bytes=MIB, max_upload=4 * MIB)
    with pytest.raises(Exception, match="larger than the limit of 1048576 bytes"):
        await limit({"type": "http", "path": "/runs", "headers": []}, receive, lambda _: None)  # type: ignore[arg-type, return-value]

    assert received <= MIB


def test_a_stranger_is_refused_before_their_body_is_read_as_json(people: People) -> None:
    answer = people.nobody.post("/runs/wait", content=b"no JSON")

    assert answer.status_code == 401
    assert people.join().http.post("/runs/wait", content=b"no JSON").status_code == 422


def test_a_socket_takes_no_endless_message(people: People) -> None:
    ann = people.join()
    place = str(ann.http.base_url.join(f"/threads/{ann.thread()}/stream/events")).replace("http", "ws", 1)
    headers = {"authorization": ann.http.headers["authorization"]}
    with (
        connect(place, additional_headers=headers, max_size=None) as socket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        exchange(socket, " " * (42 * MIB))

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def exchange(socket: ClientConnection, text: str) -> None:
    socket.send(text)
    socket.recv(20)
