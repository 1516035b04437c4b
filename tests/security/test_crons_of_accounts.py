"""A cron does what its owner may do at the time when it fires."""

from collections.abc import Callable
from typing import Any

from tests.fixtures.people import People, Person

EVERY_SECOND = "* * * * * *"


def fired(person: Person, until: Callable[[], bool]) -> None:
    """Wait for what a fire changes."""
    for _ in range(2000):
        if until():
            return
        person.http.get("/ok", params={"check_db": True})
    raise AssertionError("the cron did not fire")


def cron(person: Person, **more: Any) -> dict[str, Any]:
    body = {"assistant_id": "notes", "schedule": EVERY_SECOND, "on_run_completed": "keep", **more}
    answer = person.http.post("/runs/crons", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def runs_of(person: Person) -> list[dict[str, Any]]:
    return person.http.get("/api/v1/runs").json()


def test_a_crons_run_is_its_owners(people: People) -> None:
    ann, bob = people.join(), people.join()
    made = cron(ann, input={"note": "from the cron"})

    fired(ann, lambda: any(run["status"] == "success" for run in runs_of(ann)))
    ann.http.delete(f"/runs/crons/{made['cron_id']}")

    assert {run["owner"] for run in runs_of(ann)} == {ann.user_id}
    assert ann.run("notes")["seen"] == [["notes", "from the cron"]]
    assert bob.run("notes")["seen"] == []


def test_a_cron_opens_no_file_of_others(people: People) -> None:
    file = people.join().upload()
    bob = people.join()
    made = cron(bob, assistant_id="reader", input={"file_id": file})

    fired(bob, lambda: any(run["status"] == "error" for run in runs_of(bob)))
    bob.http.delete(f"/runs/crons/{made['cron_id']}")

    assert {run["status"] for run in runs_of(bob)} <= {"error", "pending", "running"}


def test_a_closed_accounts_cron_creates_no_runs(people: People) -> None:
    ann, admin = people.join(), people.join(role="admin")
    made = cron(ann)

    def created() -> int:
        return sum(run["owner"] == ann.user_id for run in admin.http.get("/api/v1/runs").json())

    def pass_one_fire() -> None:
        due = next_fire()
        fired(admin, lambda: next_fire() != due)

    def next_fire() -> str:
        return admin.http.get(f"/runs/crons/{made['cron_id']}").json()["next_run_date"]

    fired(admin, lambda: created() > 0)
    admin.http.patch(f"/api/v1/users/{ann.user_id}", json={"is_active": False})
    pass_one_fire()  # one may have been under way
    before = created()
    pass_one_fire()
    pass_one_fire()

    assert created() == before
