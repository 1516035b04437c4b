"""Whatever the OpenAPI document allows is answered as it says, and never with a 5xx.

On a service without a login, on one with accounts, and on one whose project tells users apart by itself.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from configs.settings import Settings
from server.api.application import build_api
from server.resources import open_resources
from tests.conformance.operations import OPERATIONS
from tests.conftest import CONFORMANCE_PROJECT, Server, running
from tests.fixtures.served_projects import AUTH_PROJECT
from tools.llm.transport import certificates

# The service's own thread draws random numbers, too, which Hypothesis takes for a strategy's.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")

PATHS: dict[str, Any] = build_api().openapi()["paths"]
ALL = [(method, path) for path, methods in PATHS.items() for method in methods]
EXAMPLES = {"open": 5, "accounts": 3, "project": 3}  # for each operation: the suite has to stay quick
CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance, status_code_conformance]
# Streams that end when their client leaves, and runs that end when their graph does.
ENDLESS = ("/stream", "/stream/events", "/join", "/wait")
ENDING_SESSIONS = ("/api/v1/auth/logout", "/api/v1/auth/change-password")
PATIENCE, SHORT_PATIENCE = 15, 0.5  # seconds
SECRET, PASSWORD = "a-secret-of-these-tests-that-is-long-enough", "correct horse battery"


@dataclass
class Guarded:
    """A service, who may use it, and what is there to be used."""

    url: str
    guard: str
    operations: Any  #: By path and method.
    graph: str

    @cached_property
    def credentials(self) -> dict[str, str]:
        """Headers of somebody whom the service knows."""
        return self.new_credentials()

    def new_credentials(self) -> dict[str, str]:
        """Those of a new session, for a request may end it."""
        if self.guard == "open":
            return {}
        if self.guard == "project":
            return {"Authorization": "Bearer ann-token"}
        body = {"username": "admin", "password": PASSWORD}
        tokens = httpx.post(f"{self.url}/api/v1/auth/login", json=body).json()
        return {"Authorization": f"Bearer {tokens['access_token']}"}

    @cached_property
    def things(self) -> dict[str, str]:
        """Ids of things that are there."""
        return self.new_things()

    def new_things(self) -> dict[str, str]:
        """Those of new things, for a request may remove them."""
        of_graph = {"assistant_id": self.graph}
        with httpx.Client(base_url=self.url, verify=certificates(), headers=self.credentials) as client:
            assistant = client.post("/assistants", json={"graph_id": self.graph}).json()["assistant_id"]
            thread = client.post("/threads", json={}).json()["thread_id"]
            run = client.post(f"/threads/{thread}/runs", json=of_graph | {"input": {}}).json()["run_id"]
            cron = client.post("/runs/crons", json=of_graph | {"schedule": "0 0 1 1 *"}).json()["cron_id"]
        return {"assistant_id": assistant, "thread_id": thread, "run_id": run, "cron_id": cron}


@contextmanager
def _running(guard: str, data: Path) -> Iterator[Server]:
    project = AUTH_PROJECT if guard == "project" else CONFORMANCE_PROJECT
    given: dict[str, Any] = {"PORT": 0, "DATA_DIR": data, "SCRIPTORIUM_CONFIG": project}
    if guard == "accounts":
        given |= {"AUTH": "on", "AUTH_SECRET": SECRET, "ALLOW_REGISTRATION": True}
    chosen = Settings(**given)
    if guard == "accounts":
        asyncio.run(_make_admin(chosen))
    with running(chosen) as server:
        yield server


async def _make_admin(chosen: Settings) -> None:
    async with open_resources(chosen) as resources:
        await resources.accounts.create("admin", PASSWORD, role="admin")


@pytest.fixture(scope="module", params=EXAMPLES)
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with _running(request.param, tmp_path_factory.mktemp("data")) as server:
        schema = schemathesis.openapi.from_dict(httpx.get(f"{server.url}/openapi.json").json())
        schema.config.update(base_url=server.url)
        graph = "whoami" if request.param == "project" else "agent"
        yield Guarded(server.url, request.param, schema, graph)


@pytest.mark.parametrize(("method", "path"), ALL, ids=str)
def test_what_is_asked_is_answered_as_documented(method: str, path: str, guarded: Guarded) -> None:
    is_endless = path.endswith(ENDLESS)
    headers = guarded.new_credentials() if path in ENDING_SESSIONS else guarded.credentials
    things = guarded.new_things() if method == "delete" else guarded.things
    operation = guarded.operations[path][method]

    @settings(
        max_examples=2 if is_endless else EXAMPLES[guarded.guard],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=_valid(operation) | _invalid(operation) if _takes_anything(operation) else _valid(operation),
        knows_things=st.booleans(),
        is_known=st.integers(0, 3).map(bool),
    )
    def check(case: schemathesis.Case, knows_things: bool, is_known: bool) -> None:
        if knows_things:
            _name(case, things)
        with suppress(*([httpx.TimeoutException, TimeoutError] if is_endless else [])):
            case.call_and_validate(
                checks=CHECKS,
                headers=headers if is_known else {},
                timeout=SHORT_PATIENCE if is_endless else PATIENCE,
            )

    check()


def _valid(operation: Any) -> st.SearchStrategy[schemathesis.Case]:
    return operation.as_strategy(generation_mode=GenerationMode.POSITIVE)


def _invalid(operation: Any) -> st.SearchStrategy[schemathesis.Case]:
    return operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def _takes_anything(operation: Any) -> bool:
    return "requestBody" in operation.definition.raw


def _name(case: schemathesis.Case, things: dict[str, str]) -> None:
    """Let a request name what is there, in its path and in its body."""
    case.path_parameters = {
        name: things.get(name, value) for name, value in (case.path_parameters or {}).items()
    }
    if isinstance(case.body, dict):
        case.body |= {name: value for name, value in things.items() if name in case.body}


def test_every_official_operation_is_in_the_document() -> None:
    documented = {f"{method.upper()} {path}".rstrip("/") for method, path in ALL}

    assert [name for name in OPERATIONS if name.rstrip("/") not in documented] == []
