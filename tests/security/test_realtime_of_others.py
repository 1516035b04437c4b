"""Conversations belong to whose they are: nobody else hears, resumes or joins them, by any of the ways in."""

import json
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.fixtures.people import People, Person

MISSING = "00000000-0000-7000-8000-000000000000"


def opened(person: Person, path: str) -> ClientConnection:
    address = str(person.http.base_url.join(path)).replace("http", "ws", 1)
    return connect(address, additional_headers={"authorization": person.http.headers["authorization"]})


def told(socket: ClientConnection) -> dict[str, Any]:
    return json.loads(socket.recv(10))


def begun(person: Person) -> str:
    """A session of theirs, with something said in it."""
    with opened(person, "/v1/realtime") as socket:
        session = told(socket)["session"]["id"]
        socket.send(json.dumps({"type": "suggestion.selected", "text": "a secret"}))
        while told(socket)["type"] != "conversation.item.done":
            pass
    return session


def without(text: str, *names: str) -> str:
    for name in names:
        text = text.replace(name, "ID")
    return text


def test_another_ones_session_is_answered_like_one_that_is_not_there(people: People) -> None:
    ann, bob = people.join(), people.join()
    session = begun(ann)

    for path in (f"/v1/realtime?session_id={session}", f"/v1/realtime?session_id={MISSING}"):
        with opened(bob, path) as socket:
            refused = told(socket)
        assert refused["error"]["code"] == "session_not_found"
        assert session not in json.dumps(refused)


def test_a_socket_of_ones_own_does_not_go_over_to_anothers_session(people: People) -> None:
    ann, bob = people.join(), people.join()
    session = begun(ann)

    with opened(bob, "/v1/realtime") as socket:
        told(socket)
        socket.send(json.dumps({"type": "session.resume", "session_id": session, "after": 0}))
        refused = told(socket)

    assert refused["error"]["code"] == "session_not_found"
    assert "a secret" not in json.dumps(refused)


@pytest.mark.parametrize("path", ["/conversation", "/ws/client_of_ann"])
def test_the_old_sockets_keep_sessions_apart(people: People, path: str) -> None:
    ann, bob = people.join(), people.join()
    session = begun(ann)

    with opened(bob, path) as socket:
        for kind in ("session_resume", "get_message_history", "conversation_end"):
            socket.send(json.dumps({"type": kind, "data": {"session_id": session}}))
            refused = told(socket)
            assert refused["data"]["error_code"] == "SESSION_NOT_FOUND"
            assert "a secret" not in json.dumps(refused)


def test_events_are_followed_and_sent_by_their_owner_only(people: People) -> None:
    ann, bob, admin = people.join(), people.join(), people.join(role="admin")
    session = begun(ann)
    path, missing = f"/v1/sessions/{session}/events", f"/v1/sessions/{MISSING}/events"
    ping = {"type": "session.ping"}

    for method, body in (("GET", None), ("POST", ping)):
        theirs = bob.http.request(method, path, json=body)
        nothing = bob.http.request(method, missing, json=body)
        assert (theirs.status_code, without(theirs.text, session)) == (404, without(nothing.text, MISSING))
    assert ann.http.post(path, json=ping).status_code == 202
    assert admin.http.post(path, json=ping).status_code == 202


def test_a_session_that_is_shared_to_read_is_followed_and_not_joined(people: People) -> None:
    ann, bob = people.join(), people.join()
    session = begun(ann)
    body = {"thread_id": session, "username": bob.username, "access": "read"}
    assert ann.http.post("/api/v1/shares", json=body).status_code == 201

    with bob.http.stream("GET", f"/v1/sessions/{session}/events") as followed:
        first = next(line for line in followed.iter_lines() if line.startswith("data: "))
    joined = bob.http.post(f"/v1/sessions/{session}/events", json={"type": "session.ping"})

    assert session in first
    assert joined.status_code == 404


def test_a_session_goes_with_its_thread(people: People) -> None:
    ann = people.join()
    session = begun(ann)
    assert ann.http.delete(f"/threads/{session}").status_code == 204

    assert ann.http.get(f"/v1/sessions/{session}/events").status_code == 404
