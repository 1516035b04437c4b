"""What is open when somebody leaves does not stay open."""

import json
from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from server.api.auth import lasting
from server.stream import event_stream
from tests.fixtures.people import PASSWORD, People, Person

Leave = Callable[[People, Person, str], httpx.Response]
LEAVING: dict[str, Leave] = {
    "logging out": lambda _, ann, __: ann.http.post("/api/v1/auth/logout"),
    "a new password": lambda _, ann, __: ann.http.post(
        "/api/v1/auth/change-password",
        json={"current_password": PASSWORD, "new_password": "another fine password"},
    ),
    "closing the account": lambda people, ann, _: people.join(role="admin").http.patch(
        f"/api/v1/users/{ann.user_id}", json={"is_active": False}
    ),
    "revoking the key": lambda _, ann, key: ann.http.delete(f"/api/v1/keys/{key}"),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)


def left(people: People, how: str) -> tuple[Person, httpx.Client, Callable[[], httpx.Response]]:
    """Somebody, the client by which they came, and what makes them leave."""
    ann = people.join()
    key = ann.http.post("/api/v1/keys", json={"name": "k"}).json()
    http = people.client(**{"x-api-key": key["key"]}) if "key" in how else ann.http
    return ann, http, lambda: LEAVING[how](people, ann, key["key_id"])


@pytest.mark.parametrize("how", LEAVING)
def test_a_stream_ends_for_who_has_left(people: People, how: str) -> None:
    ann, http, leave = left(people, how)

    with http.stream("GET", f"/threads/{ann.thread()}/stream") as stream:
        lines = stream.iter_lines()
        next(lines)
        assert leave().is_success

        rest = list(lines)

    assert stream.status_code == 200
    assert len(rest) < 100


@pytest.mark.parametrize("how", LEAVING)
def test_a_socket_is_closed_for_who_has_left(people: People, how: str) -> None:
    ann, http, leave = left(people, how)
    place = str(http.base_url.join(f"/threads/{ann.thread()}/stream/events")).replace("http", "ws", 1)
    names = ("authorization", "x-api-key")
    with connect(
        place, additional_headers={name: http.headers[name] for name in names if name in http.headers}
    ) as socket:
        socket.send(json.dumps({"id": 1, "method": "agent.getTree"}))
        socket.recv(10)
        assert leave().is_success

        socket.send(json.dumps({"id": 2, "method": "agent.getTree"}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == lasting.ENDED
