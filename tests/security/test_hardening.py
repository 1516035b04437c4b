"""Small doors: metrics, host names, the last admin, guesses, and passwords that others could read."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from configs.settings import Settings
from server.api.origins import OriginGuard
from tests.conftest import Server, running
from tests.fixtures import loaded_process
from tests.fixtures.people import PASSWORD, People
from tests.fixtures.served_projects import SECURED_PROJECT, serving

FROM_AFAR = {"X-Forwarded-For": "203.0.113.9"}  # as a proxy on this machine says


def metrics(people: People, **headers: str) -> int:
    return people.client(**FROM_AFAR, **headers).get("/metrics").status_code


def test_metrics_are_not_for_strangers(people: People) -> None:
    assert metrics(people) == 401


def test_metrics_are_for_the_holder_of_the_token(people: People) -> None:
    assert metrics(people, authorization="Bearer a-token-for-prometheus") == 200
    assert metrics(people, authorization="Bearer a-token-for-prometheuS") == 401


def test_metrics_are_for_admins_and_not_for_users(people: People) -> None:
    user, admin = people.join(), people.join(role="admin")

    assert metrics(people, authorization=f"Bearer {user.tokens['access_token']}") == 403
    assert metrics(people, authorization=f"Bearer {admin.tokens['access_token']}") == 200


def test_metrics_are_for_this_machine(people: People) -> None:
    assert people.nobody.get("/metrics").status_code == 200


def test_with_accounts_a_foreign_host_is_refused_too(people: People) -> None:
    answer = people.nobody.get("/ok", headers={"host": "evil.example"})

    assert (answer.status_code, answer.json()["error"]) == (403, "foreign_host")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("scriptorium.example", 200),
        ("SCRIPTORIUM.example:8443", 200),
        ("10.1.2.3:8000", 200),
        ("[2001:db8::1]:8000", 200),
        ("evil.example", 403),
        ("scriptorium.example.evil.example", 403),
        ("", 403),
    ],
)
async def test_on_a_network_the_service_answers_to_its_names_and_addresses(host: str, status: int) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body"})  # type: ignore[operator]

    guard = OriginGuard(app, allowed=(), hosts=("scriptorium.example",), is_loopback=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guard)) as http:  # type: ignore[arg-type]
        assert (await http.get("http://x/", headers={"host": host})).status_code == status


def test_the_last_admin_stays_one(tmp_path: Path) -> None:
    with (
        serving(SECURED_PROJECT, tmp_path, AUTH="on", ALLOW_REGISTRATION=True) as server,
        People(server) as people,
    ):
        only = people.join(role="admin")
        path = f"/api/v1/users/{only.user_id}"

        for change in ({"role": "user"}, {"is_active": False}):
            answer = only.http.patch(path, json=change)
            assert (answer.status_code, answer.json()["error"]) == (409, "last_admin")

        people.join(role="admin")
        assert only.http.patch(path, json={"role": "user"}).status_code == 200


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"AUTH": "on", "ALLOW_REGISTRATION": True, "LOGIN_RATE": 20, "REGISTRATION_RATE": 3}
    with serving(SECURED_PROJECT, tmp_path_factory.mktemp("data"), **settings) as server:
        yield server


@pytest.mark.parametrize("path", ["login", "refresh", "register"])
def test_one_address_does_not_try_without_end(limited: Server, path: str) -> None:
    bodies = {
        "login": {"username": "nobody-at-all", "password": PASSWORD},
        "refresh": {"refresh_token": "no.token"},
        "register": {"username": "weakling", "password": "short"},
    }
    headers = {"X-Forwarded-For": f"203.0.113.{len(path)}"}
    with httpx.Client(base_url=limited.url, headers=headers) as http:
        answers = [http.post(f"/api/v1/auth/{path}", json=bodies[path]) for _ in range(25)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_few_names_can_be_tried_by_registering(limited: Server) -> None:
    with httpx.Client(base_url=limited.url, headers={"X-Forwarded-For": "203.0.113.77"}) as http:
        statuses = [
            http.post(
                "/api/v1/auth/register", json={"username": f"name{i}", "password": PASSWORD}
            ).status_code
            for i in range(5)
        ]

    assert statuses == [201, 201, 201, 429, 429]


def create_admin(
    data: Path, *arguments: str, given: str = "", command: str = "create-admin"
) -> subprocess.CompletedProcess[str]:
    settings = {field.alias for field in Settings.model_fields.values()}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    environment |= {"DATA_DIR": str(data)}
    return loaded_process.call("users", command, *arguments, environment=environment, given=given)


def test_an_admins_password_comes_from_a_file_or_standard_input(tmp_path: Path) -> None:
    kept = tmp_path / "password"
    kept.write_text(PASSWORD + "\n")

    from_file = create_admin(tmp_path / "data", "ann", "--password-file", str(kept))
    from_input = create_admin(tmp_path / "data", "bob", "--password-file", "-", given=PASSWORD + "\n")
    as_argument = create_admin(tmp_path / "data", "eve", "--password", PASSWORD)

    assert (from_file.returncode, from_input.returncode) == (0, 0), from_file.stderr + from_input.stderr
    assert as_argument.returncode == 2
    settings = Settings(PORT=0, DATA_DIR=tmp_path / "data", AUTH="on")  # type: ignore[call-arg]
    with running(settings) as server, People(server) as people:
        assert people.login("ann").http.get("/api/v1/users").status_code == 200
        assert people.login("bob").http.get("/api/v1/users").status_code == 200
