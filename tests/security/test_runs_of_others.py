"""What a run may reach is what its owner may reach, whatever its input says."""

import json

import pytest
from websockets.sync.client import connect

from tests.fixtures.people import People, Person

START = {"id": 1, "method": "run.start"}


def by_request(person: Person, thread: str, **params: object) -> dict[str, object]:
    return person.http.post(f"/threads/{thread}/commands", json={**START, "params": params}).json()


def by_socket(person: Person, thread: str, **params: object) -> dict[str, object]:
    place = str(person.http.base_url.join(f"/threads/{thread}/stream/events")).replace("http", "ws", 1)
    headers = {"authorization": person.http.headers["authorization"]}
    with connect(place, additional_headers=headers) as socket:
        socket.send(json.dumps({**START, "params": params}))
        return json.loads(socket.recv(10))


def test_a_run_does_not_open_somebody_elses_upload(people: People) -> None:
    file = people.join().upload()

    outcome = people.join().run("reader", file_id=file)

    assert outcome["__error__"]["error"] == "NotFound"
    assert "a secret" not in str(outcome)


def test_a_run_opens_its_owners_upload(people: People) -> None:
    ann = people.join()

    assert ann.run("reader", file_id=ann.upload())["read"] == "a secret"


def test_a_run_does_not_open_what_somebody_elses_run_wrote(people: People) -> None:
    file = people.join().run("reader", text="a secret")["written"]

    assert people.join().run("reader", file_id=file)["__error__"]["error"] == "NotFound"


def test_a_run_opens_what_an_earlier_run_of_its_thread_wrote(people: People) -> None:
    ann = people.join()
    thread = ann.thread()
    file = ann.run("reader", thread, text="a line")["written"]
    other = ann.thread()

    assert ann.run("reader", other, file_id=file)["read"] == "a line"


def test_a_run_does_not_delete_somebody_elses_file(people: People) -> None:
    ann = people.join()
    file = ann.upload()

    people.join().run("reader", file_id=file, deleted=True)

    assert ann.http.get(f"/api/v1/files/{file}/content").content == b"a secret"


def test_an_admins_run_opens_every_file(people: People) -> None:
    file = people.join().upload()

    assert people.join(role="admin").run("reader", file_id=file)["read"] == "a secret"


def test_graphs_of_two_users_share_no_store(people: People) -> None:
    ann, bob = people.join(), people.join()
    ann.run("notes", note="Ann's")

    seen = bob.run("notes", note="Bob's")

    assert seen["seen"] == [["notes", "Bob's"]]
    assert seen["namespaces"] == [["notes"]]


def test_a_graph_cannot_name_its_way_into_somebody_elses_store(people: People) -> None:
    ann, bob = people.join(), people.join()
    ann.run("notes", note="Ann's")

    assert bob.run("notes", namespace=[ann.user_id, "notes"])["seen"] == []


def test_a_graph_that_names_its_owner_gets_the_namespace_that_it_named(people: People) -> None:
    ann = people.join()

    seen = ann.run("notes", namespace=[ann.user_id, "notes"], note="Ann's")["seen"]

    assert seen == [[ann.user_id, "notes", "Ann's"]]
    assert ann.run("notes")["seen"] == [["notes", "Ann's"]]


def test_a_graphs_note_is_in_its_owners_part_of_the_store(people: People) -> None:
    ann = people.join()
    ann.run("notes", note="Ann's")

    found = ann.http.post("/store/items/search", json={"namespace_prefix": ["notes"]}).json()["items"]

    assert [item["value"] for item in found] == [{"note": "Ann's"}]


def test_a_run_tells_nothing_of_the_session_that_asked_for_it(people: People) -> None:
    ann = people.join()
    thread = ann.thread()
    ann.run("notes", thread)

    run = ann.http.get(f"/threads/{thread}/runs").json()[0]

    assert run["kwargs"]["config"]["configurable"]["langgraph_auth_user"]["identity"] == ann.user_id
    assert "session_id" not in str(run)


@pytest.mark.parametrize("command", [by_request, by_socket])
def test_a_command_does_not_run_somebody_elses_assistant(people: People, command: object) -> None:
    ann, bob = people.join(), people.join()
    secret = {"graph_id": "notes", "config": {"configurable": {"key": "Ann's"}}}
    assistant = ann.http.post("/assistants", json=secret).json()["assistant_id"]

    answers = [command(who, who.thread(), assistant_id=assistant, input={}) for who in (bob, ann)]  # type: ignore[operator]

    assert answers[0]["message"] == "404: Thread or assistant not found."
    assert answers[1]["type"] == "success"


@pytest.mark.parametrize("mode", ["checkpoints", "debug", "tasks"])
def test_a_run_of_somebody_who_is_known_tells_its_checkpoints(people: People, mode: str) -> None:
    body = {"assistant_id": "notes", "input": {"note": "x"}, "stream_mode": [mode]}

    told = people.join().http.post("/runs/stream", json=body).text

    assert f"event: {mode}" in told
    assert "event: error" not in told
