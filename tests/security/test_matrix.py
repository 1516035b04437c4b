"""Every route, asked by everybody: strangers are refused, others see nothing, owners are served."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from server.accounts.owning import is_reading
from server.api.application import build_api
from server.api.auth.rules import RULES
from server.api.origins import FORBIDDEN
from server.db.models import now
from server.stream import event_stream
from tests.conftest import Server
from tests.fixtures.people import People, Person
from tests.fixtures.routes import all_served
from tests.security.cases import CASES, KINDS, Case, address, filled, make, wanted
from tests.security.conftest import SECRET

ROUTES = sorted(CASES)
OPEN = [route for route in ROUTES if CASES[route].for_whom == "anybody"]
GUARDED = [route for route in ROUTES if CASES[route].for_whom != "anybody"]
SOCKETS = [route for route in GUARDED if route[0] == "WEBSOCKET"]
GUEST = "the-one-that-things-are-shared-with"


def test_every_route_is_in_the_matrix_and_has_a_rule() -> None:
    routes = set(all_served(build_api()))

    assert routes - set(CASES) == set(), "say in tests/security/cases.py how these routes are asked"
    assert set(CASES) - routes == set()
    assert routes - set(RULES) == set(), "say in server/api/auth/rules.py what these routes need"


@dataclass
class Cast:
    """Who asks."""

    people: People
    ann: Person
    bob: Person
    admin: Person
    things: dict[str, str]  #: Ann's, one of each kind.
    strangers: dict[str, httpx.Client]
    reading: httpx.Client  #: With a key that only reads.
    refreshed: httpx.Client  #: Ann's, with tokens that a refresh token gave.


@pytest.fixture(scope="module")
def cast(secured: Server) -> Iterator[Cast]:
    patch = pytest.MonkeyPatch()
    patch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    with People(secured) as people:
        people.join(GUEST)
        ann, admin = people.join(), people.join(role="admin")
        key = ann.http.post("/api/v1/keys", json={"name": "revoked"}).json()
        assert ann.http.delete(f"/api/v1/keys/{key['key_id']}").status_code == 204
        reading = ann.http.post("/api/v1/keys", json={"name": "reads", "scopes": ["read"]}).json()
        claims = jwt.decode(ann.tokens["access_token"], SECRET, algorithms=["HS256"])
        expired = jwt.encode(claims | {"exp": now() - timedelta(seconds=1)}, SECRET, algorithm="HS256")
        yield Cast(
            people=people,
            ann=ann,
            bob=people.join(),
            admin=admin,
            things=make(ann, set(KINDS), lambda: GUEST),
            strangers={
                "anonymous": people.nobody,
                "revoked key": people.client(**{"x-api-key": key["key"]}),
                "expired token": people.client(authorization=f"Bearer {expired}"),
            },
            reading=people.client(**{"x-api-key": reading["key"]}),
            refreshed=refreshed(people, ann),
        )
    patch.undo()


@dataclass(frozen=True)
class Answer:
    """What came of a request; of an endless stream what came before its first heartbeat."""

    status: int
    text: str


def ask(http: httpx.Client, method: str, path: str, case: Case, things: Any) -> Answer:
    url = address(path, case, things)
    if method == "WEBSOCKET":
        return knock(http, url, filled(case.says, things))
    body = filled(case.body, things)
    content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
    query = filled(dict(case.query), things) if case.query else None
    with http.stream(method, url, params=query, headers=case.headers, **content) as response:
        if not case.is_endless or not response.is_success:
            response.read()
            return Answer(response.status_code, response.text)
        lines: list[str] = []
        for line in response.iter_lines():
            if line.startswith(":") or len(lines) > 20:
                break
            lines.append(line)
        return Answer(response.status_code, "\n".join(lines))


def knock(http: httpx.Client, url: str, says: Any, ticket: str | None = None) -> Answer:
    """Open a WebSocket, by a client's credentials or a ticket, and hear what comes of the first message."""
    names = ("authorization", "x-api-key")
    credentials = {name: http.headers[name] for name in names if name in http.headers and ticket is None}
    address = str(http.base_url.join(url)).replace("http", "ws", 1)
    query = f"{'&' if '?' in address else '?'}ticket={ticket}" if ticket is not None else ""
    try:
        with connect(address + query, additional_headers=credentials) as socket:
            if says is None:
                return Answer(200, "")
            socket.send(json.dumps(says))
            return Answer(200, str(socket.recv(10)))
    except InvalidStatus as refused:
        return Answer(refused.response.status_code, "")


def only_reads(route: tuple[str, str]) -> bool:
    """Whether the route changes nothing, and manages no accounts."""
    case = CASES[route]
    changes = any(not is_reading(question.action) for question in RULES[route].questions)
    return case.by_key and not case.is_writing and not changes


def case_id(route: Any) -> str:
    return " ".join(route) if isinstance(route, tuple) else str(route)


@pytest.mark.parametrize("stranger", ["anonymous", "revoked key", "expired token"])
@pytest.mark.parametrize("route", GUARDED, ids=case_id)
def test_a_stranger_is_refused(cast: Cast, route: tuple[str, str], stranger: str) -> None:
    answer = ask(cast.strangers[stranger], *route, CASES[route], cast.things)

    assert answer.status == (403 if route[0] == "WEBSOCKET" else 401)
    assert not [thing for thing in cast.things.values() if thing in answer.text.replace(route[1], "")]


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if CASES[route].for_whom == "anybody"], ids=case_id
)
def test_what_is_open_tells_nothing_of_anybody(cast: Cast, route: tuple[str, str]) -> None:
    answer = ask(cast.people.nobody, *route, CASES[route], cast.things)

    assert answer.status in CASES[route].ok
    assert not [thing for thing in cast.things.values() if thing in answer.text]


@pytest.mark.parametrize("route", GUARDED, ids=case_id)
def test_somebody_else_sees_nothing_of_it(cast: Cast, route: tuple[str, str]) -> None:
    case = CASES[route]
    bob = cast.people.join() if case.is_once or case.others is not None else cast.bob

    theirs = ask(bob.http, *route, case, cast.things)

    if case.for_whom == "admins":
        assert theirs.status == 403
    elif case.others is not None:
        assert theirs.text.replace(" ", "") == case.others
    elif wanted(route[1], case):
        missing = {kind: str(uuid4()) for kind in KINDS}
        nothing = ask(bob.http, *route, case, missing)
        told = nothing.text
        for kind, thing in missing.items():
            told = told.replace(thing, cast.things[kind])
        assert (theirs.status, _timeless(theirs.text)) == (nothing.status, _timeless(told))
    else:
        assert theirs.status in case.ok
    assert not [thing for thing in cast.things.values() if thing in _unnamed(theirs.text, route, cast)]


def test_nothing_of_anns_was_changed_by_others(cast: Cast) -> None:
    thread, http = cast.things["thread"], cast.ann.http

    assert [run["run_id"] for run in http.get(f"/threads/{thread}/runs").json()] == [cast.things["run"]]
    assert http.get(f"/threads/{thread}/state").json()["values"]["note"] == "x"
    for path in ("/runs/crons/{cron}", "/assistants/{assistant}", "/api/v1/files/{file}"):
        assert http.get(address(path, Case(), cast.things)).status_code == 200
    assert http.get(f"/assistants/{cast.things['assistant']}").json()["version"] == 1
    assert cast.things["key"] in {key["key_id"] for key in http.get("/api/v1/keys").json()}
    assert [share["share_id"] for share in http.get("/api/v1/shares").json()] == [cast.things["share"]]


@pytest.mark.parametrize("who", ["owner", "refreshed token", "admin"])
@pytest.mark.parametrize("route", GUARDED, ids=case_id)
def test_who_may_is_served(cast: Cast, route: tuple[str, str], who: str) -> None:
    case = CASES[route]
    is_admin = who == "admin" or case.for_whom == "admins"
    known = cast.admin if is_admin else cast.ann
    asking = cast.people.join(role="admin" if is_admin else "user") if case.is_once else known
    kinds = wanted(route[1], case)
    if only_reads(route) and "key" not in kinds:
        things = dict(cast.things)
    else:
        things = make(asking if "key" in kinds else cast.ann, kinds, lambda: GUEST)
    if case.for_whom == "admins" and "user" in kinds:
        things["user"] = cast.people.join().user_id
    http = asking.http
    if who == "refreshed token":  # of Ann's once: passwords take long to check
        http = cast.refreshed if asking is cast.ann else refreshed(cast.people, asking)

    answer = ask(http, *route, case, things)

    assert answer.status in case.ok, answer.text


@pytest.mark.parametrize("route", GUARDED, ids=case_id)
def test_a_key_that_reads_does_no_more(cast: Cast, route: tuple[str, str]) -> None:
    case = CASES[route]

    answer = ask(cast.reading, *route, case, cast.things)

    if only_reads(route):
        assert answer.status in case.ok
    else:
        assert answer.status == 403


@pytest.mark.parametrize("path", ["/threads", "/api/v1/files"])
def test_a_key_that_only_reads_is_told_what_it_lacks(cast: Cast, path: str) -> None:
    refused = cast.reading.post(path, json={})

    said = refused.json()
    assert (refused.status_code, said["error"]) == (403, "scope_missing")
    assert "needs the scope write" in said["detail"]
    assert "POST /api/v1/keys" in said["hint"]


@pytest.mark.parametrize("route", SOCKETS, ids=case_id)
def test_a_ticket_opens_a_socket_once(cast: Cast, route: tuple[str, str]) -> None:
    case, ticket = CASES[route], new_ticket(cast.ann)
    url, says = address(route[1], case, cast.things), filled(case.says, cast.things)

    first, second = (knock(cast.people.nobody, url, says, ticket) for _ in range(2))

    assert (first.status, second.status) == (200, 403)


@pytest.mark.parametrize("route", SOCKETS, ids=case_id)
def test_somebody_elses_ticket_shows_nothing(cast: Cast, route: tuple[str, str]) -> None:
    case, missing = CASES[route], {kind: str(uuid4()) for kind in KINDS}

    theirs, nothing = (
        knock(
            cast.people.nobody,
            address(route[1], case, things),
            filled(case.says, things),
            new_ticket(cast.bob),
        )
        for things in (cast.things, missing)
    )

    told = nothing.text
    for kind, thing in missing.items():
        told = told.replace(thing, cast.things[kind])
    assert (theirs.status, _timeless(theirs.text)) == (nothing.status, _timeless(told))


@pytest.mark.parametrize("route", SOCKETS, ids=case_id)
def test_a_ticket_ends_with_its_session(cast: Cast, route: tuple[str, str]) -> None:
    ann = cast.people.login(cast.ann.username)
    ticket = new_ticket(ann)
    assert ann.http.post("/api/v1/auth/logout").status_code == 204

    answer = knock(cast.people.nobody, address(route[1], CASES[route], cast.things), None, ticket)

    assert answer.status == 403


@pytest.mark.parametrize("route", SOCKETS, ids=case_id)
def test_a_page_of_another_origin_gets_no_socket(cast: Cast, route: tuple[str, str]) -> None:
    url = address(route[1], CASES[route], cast.things)
    place = str(cast.people.nobody.base_url.join(url)).replace("http", "ws", 1)

    with (
        connect(f"{place}?ticket={new_ticket(cast.ann)}", origin=Origin("https://evil.example")) as socket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        socket.recv(10)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == FORBIDDEN


def new_ticket(person: Person) -> str:
    return person.http.post("/api/v1/auth/ticket").json()["ticket"]


def refreshed(people: People, person: Person) -> httpx.Client:
    """Somebody's client with tokens that a refresh token gave."""
    again = people.login(person.username)
    body = {"refresh_token": again.tokens["refresh_token"]}
    tokens = people.nobody.post("/api/v1/auth/refresh", json=body).json()
    return people.client(authorization=f"Bearer {tokens['access_token']}")


def _timeless(text: str) -> str:
    """A text without what differs from one answer to the next."""
    lines = (line for line in text.splitlines() if not line.startswith(("id:", "retry:")))
    return re.sub(r'"(?:subscription_id|timestamp)":[^,}]+', "", "\n".join(lines))


def _unnamed(text: str, route: tuple[str, str], cast: Cast) -> str:
    """An answer without the ids that the request itself named."""
    for kind in wanted(route[1], CASES[route]):
        text = text.replace(cast.things[kind], "")
    return text
