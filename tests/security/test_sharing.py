"""What is shared can be used as far as the share says, and no further."""

import httpx
import pytest

from tests.fixtures.people import People, Person


def share(owner: Person, other: Person, access: str = "read", **thing: str) -> httpx.Response:
    body = {"username": other.username, "access": access, **thing}
    return owner.http.post("/api/v1/shares", json=body)


@pytest.mark.parametrize("access", ["read", "write"])
def test_a_shared_thread_can_be_read(people: People, access: str) -> None:
    ann, bob = people.join(), people.join()
    thread = ann.thread()
    ann.run("notes", thread, note="Ann's")

    assert share(ann, bob, access, thread_id=thread).status_code == 201

    assert bob.http.get(f"/threads/{thread}/state").json()["values"]["note"] == "Ann's"
    assert [it["thread_id"] for it in bob.http.post("/threads/search", json={}).json()] == [thread]


def test_who_may_read_a_thread_changes_nothing(people: People) -> None:
    ann, bob = people.join(), people.join()
    thread = ann.thread()
    ann.run("notes", thread, note="Ann's")
    run = ann.http.get(f"/threads/{thread}/runs").json()[0]["run_id"]
    share(ann, bob, "read", thread_id=thread)

    path = f"/threads/{thread}"
    refused = [
        bob.http.patch(path, json={"metadata": {"a": 1}}),
        bob.http.post(f"{path}/runs", json={"assistant_id": "notes", "input": {}}),
        bob.http.post(f"{path}/state", json={"values": {"note": "Bob's"}}),
        bob.http.post(f"{path}/runs/{run}/cancel"),
        bob.http.delete(f"{path}/runs/{run}"),
        bob.http.delete(path),
        share(bob, people.join(), thread_id=thread),
    ]

    joined = bob.http.get(f"{path}/runs/{run}/stream", params={"cancel_on_disconnect": "true"})

    assert [answer.status_code for answer in refused] == [404] * len(refused)
    assert "Run not found" in joined.text  # as an event: the stream has begun
    assert "Ann's" in bob.http.get(f"{path}/runs/{run}/join").text


def test_who_may_change_a_thread_does_not_make_it_theirs(people: People) -> None:
    ann, bob = people.join(), people.join()
    thread = ann.thread()
    share(ann, bob, "write", thread_id=thread)

    assert bob.run("notes", thread, note="Bob's")["note"] == "Bob's"
    changed = bob.http.patch(f"/threads/{thread}", json={"metadata": {"owner": bob.user_id, "a": 1}})

    assert changed.json()["metadata"]["owner"] == ann.user_id
    assert changed.json()["metadata"]["a"] == 1
    assert bob.http.delete(f"/threads/{thread}").status_code == 404


def test_a_copy_of_a_shared_thread_is_who_makes_its(people: People) -> None:
    ann, bob = people.join(), people.join()
    thread = ann.thread()
    ann.run("notes", thread, note="Ann's")
    share(ann, bob, thread_id=thread)

    copy = bob.http.post(f"/threads/{thread}/copy").json()

    assert copy["metadata"]["owner"] == bob.user_id
    assert ann.http.get(f"/threads/{copy['thread_id']}").status_code == 404


def test_a_share_that_is_taken_back_is_over(people: People) -> None:
    ann, bob = people.join(), people.join()
    thread = ann.thread()
    made = share(ann, bob, thread_id=thread).json()
    assert people.join().http.delete(f"/api/v1/shares/{made['share_id']}").status_code == 404

    assert ann.http.delete(f"/api/v1/shares/{made['share_id']}").status_code == 204

    assert bob.http.get(f"/threads/{thread}").status_code == 404


def test_a_thread_that_takes_the_id_of_a_shared_one_is_not_shared(people: People) -> None:
    ann, bob = people.join(), people.join()
    thread = ann.thread()
    share(ann, bob, "write", thread_id=thread)
    ann.http.delete(f"/threads/{thread}")

    assert ann.thread(thread_id=thread) == thread

    assert bob.http.get(f"/threads/{thread}").status_code == 404


def test_a_shared_file_can_be_read_and_not_deleted(people: People) -> None:
    ann, bob = people.join(), people.join()
    file = ann.upload()
    share(ann, bob, "write", file_id=file)

    assert bob.http.get(f"/api/v1/files/{file}/content").content == b"a secret"
    assert bob.run("reader", file_id=file)["read"] == "a secret"
    assert "__error__" in bob.run("reader", file_id=file, deleted=True)
    assert ann.http.get(f"/api/v1/files/{file}").status_code == 200


def test_files_of_a_shared_thread_are_shared(people: People) -> None:
    ann, bob = people.join(), people.join()
    thread = ann.thread()
    file = ann.run("reader", thread, text="a line")["written"]
    path = f"/api/v1/files/{file}/content"
    assert bob.http.get(path).status_code == 404

    share(ann, bob, thread_id=thread)

    assert bob.http.get(path).content == b"a line"


def test_a_shared_assistant_runs_and_changes_as_the_share_says(people: People) -> None:
    ann, bob, eve = people.join(), people.join(), people.join()
    assistant = ann.http.post("/assistants", json={"graph_id": "notes"}).json()["assistant_id"]
    assert eve.http.post("/runs/wait", json={"assistant_id": assistant, "input": {}}).status_code == 404
    share(ann, bob, "read", assistant_id=assistant)
    share(ann, eve, "write", assistant_id=assistant)

    assert "seen" in bob.run(assistant)
    assert bob.http.patch(f"/assistants/{assistant}", json={"name": "Bob's"}).status_code == 404
    assert eve.http.patch(f"/assistants/{assistant}", json={"name": "Eve's"}).json()["name"] == "Eve's"
    assert ann.http.get(f"/assistants/{assistant}").json()["metadata"]["owner"] == ann.user_id
    assert eve.http.delete(f"/assistants/{assistant}").status_code == 404


def test_only_what_is_ones_own_can_be_shared(people: People) -> None:
    ann, bob = people.join(), people.join()

    others = [share(bob, bob, thread_id=ann.thread()), share(bob, bob, file_id=ann.upload())]
    unknown = share(ann, ann, thread_id="0" * 32)

    assert [answer.status_code for answer in (*others, unknown)] == [404] * 3
    assert ann.http.post("/api/v1/shares", json={"username": bob.username}).status_code == 422


def test_shares_are_seen_by_who_gave_and_who_got_them(people: People) -> None:
    ann, bob, eve = people.join(), people.join(), people.join()
    made = share(ann, bob, thread_id=ann.thread()).json()

    lists = [person.http.get("/api/v1/shares").json() for person in (ann, bob, eve)]

    assert lists == [[made], [made], []]
