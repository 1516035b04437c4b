"""What a project says under "http"."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fixtures.served_projects import HTTP_PROJECT, serving
from tools.llm.transport import certificates

STUDIO = "https://smith.langchain.com"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,x-auth-scheme",
    "access-control-request-private-network": "true",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(HTTP_PROJECT, tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, verify=certificates(), timeout=30) as client:
        yield client


async def test_its_routes_are_served_with_the_state_of_its_lifespan(http: httpx.AsyncClient) -> None:
    assert (await http.get("/hello")).json() == {"says": "hello"}


async def test_its_routes_come_before_those_of_the_api(http: httpx.AsyncClient) -> None:
    assert (await http.get("/info")).json() == {"version": "mine"}


async def test_health_stays_the_servers_own(http: httpx.AsyncClient) -> None:
    assert (await http.get("/ok")).json()["ok"] is True


async def test_its_middleware_sees_the_requests_of_the_api(http: httpx.AsyncClient) -> None:
    assert (await http.post("/threads", json={})).headers["x-signed"] == "/threads"


async def test_its_middleware_sees_a_request_of_its_own_once(http: httpx.AsyncClient) -> None:
    assert (await http.get("/hello")).headers.get_list("x-signed") == ["/hello"]


async def test_the_api_is_also_below_the_prefix(http: httpx.AsyncClient) -> None:
    assert (await http.post("/agents/threads", json={})).status_code == 200
    assert (await http.get("/agents/hello")).status_code == 200


def test_the_places_that_answers_name_are_below_the_prefix_of_their_request(server: Server) -> None:
    body = {"assistant_id": "double", "input": {"value": 1}, "on_completion": "keep"}
    plain = httpx.post(f"{server.url}/runs/wait", json=body, timeout=60)
    answer = httpx.post(f"{server.url}/agents/runs/wait", json=body, timeout=60)

    place = answer.headers["location"]
    assert (plain.headers["location"][:9], place[:16]) == ("/threads/", "/agents/threads/")
    assert answer.headers["content-location"] == place.removesuffix("/join")
    resolved = httpx.get(httpx.URL(server.url).join(place), timeout=60)
    with httpx.Client(base_url=f"{server.url}/agents") as client:
        appended = client.get(place)  # as the SDKs do
    assert resolved.json() == appended.json() == {"value": 2}


@pytest.mark.parametrize("path", ["/threads/", "/agents/threads/"])
async def test_a_redirect_stays_below_the_prefix(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.post(path, json={}, follow_redirects=True)

    assert (answer.status_code, answer.url.path) == (200, path.rstrip("/"))


async def test_an_agents_card_names_its_place_below_the_prefix(http: httpx.AsyncClient) -> None:
    card = (await http.get("/agents/.well-known/agent-card.json?assistant_id=double")).json()

    assert card["url"].startswith(f"{http.base_url}/agents/a2a/")


@pytest.mark.parametrize(("method", "path"), [("GET", "/store/items"), ("POST", "/mcp"), ("POST", "/mcp/")])
async def test_what_is_disabled_is_not_there(http: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await http.request(method, path, json={})

    assert (answer.status_code, answer.json()["error"]) == (404, "switched_off")


async def test_a_run_goes_without_its_webhook_where_these_are_disabled(http: httpx.AsyncClient) -> None:
    body = {"assistant_id": "double", "input": {"value": 1}, "webhook": "https://example.com/"}

    answer = await http.post("/runs/wait", json=body)

    assert (answer.status_code, answer.json()) == (200, {"value": 2})
    assert (await http.get("/api/v1/webhooks")).json() == []


@pytest.mark.parametrize("origin", [STUDIO, "https://a.example.com", "http://localhost:3000"])
async def test_a_private_network_preflight_is_allowed(http: httpx.AsyncClient, origin: str) -> None:
    answer = await http.options("/threads", headers=PREFLIGHT | {"origin": origin})

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert answer.headers["access-control-allow-origin"] == origin
    assert "x-auth-scheme" in answer.headers["access-control-allow-headers"]


async def test_an_allowed_page_reads_where_things_are(http: httpx.AsyncClient) -> None:
    answer = await http.post(
        "/threads", content="{}", headers={"origin": STUDIO, "content-type": "text/plain"}
    )

    assert answer.status_code == 200
    exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].lower().split(",")}
    assert {"content-location", "location", "x-pagination-total", "x-pagination-next"} <= exposed


@pytest.mark.parametrize("origin", ["https://evil.example", "https://a.example.com.evil", f"{STUDIO}.evil"])
@pytest.mark.parametrize("headers", [{}, PREFLIGHT])
async def test_other_pages_stay_outside(http: httpx.AsyncClient, origin: str, headers: Any) -> None:
    method = "OPTIONS" if headers else "POST"

    answer = await http.request(method, "/threads", headers={**headers, "origin": origin})

    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
