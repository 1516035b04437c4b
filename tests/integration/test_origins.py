"""Web pages of other sites cannot use a service on this machine."""

import httpx
import pytest


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.nip.example"],
)
async def test_a_foreign_page_is_refused(own_client: httpx.AsyncClient, origin: str) -> None:
    headers = {"origin": origin, "content-type": "text/plain"}

    response = await own_client.post("/threads", content="{}", headers=headers)

    assert (response.status_code, response.json()["error"]) == (403, "foreign_origin")


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8000", "http://[::1]:5173"])
async def test_a_page_on_this_machine_may_call_and_read(own_client: httpx.AsyncClient, origin: str) -> None:
    response = await own_client.post("/threads", content="{}", headers={"origin": origin})

    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == origin
    assert "Content-Location" in response.headers["access-control-expose-headers"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", ""])
async def test_a_name_that_only_resolves_to_this_machine_is_refused(
    own_client: httpx.AsyncClient, host: str
) -> None:
    response = await own_client.get("/ok", headers={"host": host})

    assert (response.status_code, response.json()["error"]) == (403, "foreign_host")
