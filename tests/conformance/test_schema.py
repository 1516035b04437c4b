"""Whatever the OpenAPI document allows is answered as it says, and never with a 5xx.

On a service without a login, on one with accounts, and on one whose project tells users apart by itself.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
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


def not_an_undocumented_server_error(context: Any, response: Any, case: Any) -> bool | None:
    """A server error counts as one, unless the operation says when it gives it, as a probe does."""
    if str(response.status_code) in case.operation.definition.raw.get("responses", {}):
        return None
    return not_a_server_error(context, response, case)


CHECKS = [
    not_an_undocumented_server_error,
    response_schema_conformance,
    content_type_conformance,
    status_code_conformance,
]
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
        tokens = httpx.post(f"{self.url}/api/v1/auth/login", json=body, timeout=60).json()
        return {"Authorization": f"Bearer {tokens['access_token']}"}

    @cached_property
    def things(self) -> dict[str, str]:
        """Ids of things that are there."""
        return self.new_things()

    def new_things(self) -> dict[str, str]:
        """Those of new things, for a request may remove them."""
        of_graph = {"assistant_id": self.graph}
        with httpx.Client(
            base_url=self.url, verify=certificates(), headers=self.credentials, timeout=60
        ) as client:
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


@pytest.fixture(scope="module")
def all_guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Guarded]]:
    """The services. What is made up for the first is asked of the others, too: making it up takes longest."""
    with ExitStack() as stack:
        served = [
            (guard, stack.enter_context(_running(guard, tmp_path_factory.mktemp("data"))))
            for guard in EXAMPLES
        ]
        schemas = [schemathesis.openapi.from_dict(_document(server)) for _, server in served]
        assert all(schema.raw_schema["paths"] == schemas[0].raw_schema["paths"] for schema in schemas)
        yield [
            Guarded(server.url, guard, schemas[0], "whoami" if guard == "project" else "agent")
            for guard, server in served
        ]


def _document(server: Server) -> dict[str, Any]:
    return httpx.get(f"{server.url}/openapi.json", timeout=60).json()


@pytest.mark.parametrize(("method", "path"), ALL, ids=str)
def test_what_is_asked_is_answered_as_documented(method: str, path: str, all_guarded: list[Guarded]) -> None:
    is_endless = path.endswith(ENDLESS)
    operation = all_guarded[0].operations[path][method]
    asked = [(guarded, *_who_and_what(guarded, method, path)) for guarded in all_guarded]
    numbers = count()

    @settings(
        max_examples=2 if is_endless else max(EXAMPLES.values()),
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
        number = next(numbers)
        made_up = case.path_parameters, case.body
        for guarded, headers, things in asked:
            if number >= EXAMPLES[guarded.guard]:
                continue
            if knows_things:
                _name(case, *made_up, things)
            with suppress(*([httpx.TimeoutException, TimeoutError] if is_endless else [])):
                case.call_and_validate(
                    base_url=guarded.url,
                    checks=CHECKS,
                    headers=headers if is_known else {},
                    timeout=SHORT_PATIENCE if is_endless else PATIENCE,
                )

    check()


def _who_and_what(guarded: Guarded, method: str, path: str) -> tuple[dict[str, str], dict[str, str]]:
    """Credentials and things that a request of this operation may end."""
    headers = guarded.new_credentials() if path in ENDING_SESSIONS else guarded.credentials
    return headers, guarded.new_things() if method == "delete" else guarded.things


def _valid(operation: Any) -> st.SearchStrategy[schemathesis.Case]:
    return operation.as_strategy(generation_mode=GenerationMode.POSITIVE)


def _invalid(operation: Any) -> st.SearchStrategy[schemathesis.Case]:
    return operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def _takes_anything(operation: Any) -> bool:
    return "requestBody" in operation.definition.raw


def _name(case: schemathesis.Case, parameters: dict[str, Any], body: Any, things: dict[str, str]) -> None:
    """Let a request name what is there, in its path and in its body."""
    case.path_parameters = {name: things.get(name, value) for name, value in (parameters or {}).items()}
    if isinstance(body, dict):
        case.body = body | {name: value for name, value in things.items() if name in body}


def test_every_official_operation_is_in_the_document() -> None:
    documented = {f"{method.upper()} {path}".rstrip("/") for method, path in ALL}

    assert [name for name in OPERATIONS if name.rstrip("/") not in documented] == []
