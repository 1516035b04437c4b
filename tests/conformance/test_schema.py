"""Whatever the OpenAPI document allows is answered as it says, and never with a 5xx."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conformance.operations import OPERATIONS
from tests.conformance.unmet import Unmet
from tests.conftest import Server

EXAMPLES = 6  # for each operation: the suite has to stay quick
CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance, status_code_conformance]
# Streams that end when their client leaves, and runs that end when their graph does.
ENDLESS = ("/stream", "/stream/events", "/join", "/wait")


@pytest.fixture(scope="module")
def api(conformance_server: Server) -> Any:
    schema = schemathesis.openapi.from_dict(httpx.get(f"{conformance_server.url}/openapi.json").json())
    schema.config.update(base_url=conformance_server.url)
    return schema


@pytest.mark.parametrize("name", [name for name in OPERATIONS if not name.endswith(ENDLESS)])
def test_what_is_asked_is_answered_as_documented(
    name: str, api: Any, unmet: Unmet, request: pytest.FixtureRequest
) -> None:
    method, path = name.lower().split(" ")
    paths = api.raw_schema["paths"]
    template = next((each for each in paths if each.rstrip("/") == path.rstrip("/")), "")
    if method not in paths.get(template, {}):
        pytest.xfail(f"not built: {name} is not in the OpenAPI document")

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api[template][method].as_strategy())
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, timeout=10)

    failure = _failure(check)
    if request.config.getoption("--write-unmet", default=False):
        kept = unmet.setdefault("schema", {})
        if failure is not None:
            kept[name] = _said(failure)
        return
    if name in unmet.get("schema", {}):
        assert failure is not None, f"{name} is met: run pytest tests/conformance --write-unmet"
        pytest.xfail(f"{name}: {unmet['schema'][name]}")
    if failure is not None:
        raise failure


def _failure(check: Callable[[], None]) -> BaseException | None:
    try:
        check()
    except (AssertionError, BaseExceptionGroup, httpx.HTTPError) as error:
        return error
    return None


def _said(failure: BaseException) -> str:
    first = failure.exceptions[0] if isinstance(failure, BaseExceptionGroup) else failure
    return str(first).split("\n\n")[0].replace("\n", " ")
