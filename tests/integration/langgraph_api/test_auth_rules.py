"""No route is without a rule."""

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import Mount

from server.api.application import build_api
from server.api.auth import rules
from server.api.auth.rules import RULES
from tests.fixtures.routes import all_served, served


def test_every_route_has_a_rule() -> None:
    found = set(all_served(build_api(with_truncate=True)))

    assert len(found) > 40
    assert ("POST", "/threads/{thread_id}/runs/stream") in found
    assert found - set(RULES) == set()


def test_the_sockets_and_routes_of_a_mounted_application_are_found() -> None:
    inner = FastAPI(openapi_url=None)
    inner.add_api_websocket_route("/ws/{client_id}", lambda _: None)
    inner.add_api_route("/say", lambda: None, methods=["POST"])
    outer = FastAPI(openapi_url=None)
    outer.mount("/inner", inner)

    assert set(served(outer.routes)) == {("WEBSOCKET", "/inner/ws/{client_id}"), ("POST", "/inner/say")}


def test_a_mounted_application_that_hides_its_routes_is_not_overlooked() -> None:
    with pytest.raises(TypeError, match="/hidden"):
        list(served([Mount("/hidden", app=Response())]))


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/assistants/search", "assistants.search"),
        ("GET", "/assistants/x", "assistants.read"),
        ("POST", "/runs/crons/search", "crons.search"),
        ("GET", "/runs/crons/x", "crons.read"),
        ("POST", "/threads/x/runs/crons", "crons.create"),
        ("HEAD", "/threads/x", "threads.read"),
        ("POST", "/threads/x/state/checkpoint", "threads.read"),
        ("DELETE", "/store/items", "store.delete"),
    ],
)
def test_the_most_special_path_has_its_rule(method: str, path: str, expected: str) -> None:
    found = rules.find(method, path)

    assert found is not None
    question = found.rule.questions[0]
    assert f"{question.resource}.{question.action}" == expected
