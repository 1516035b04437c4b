"""Files go in and come out by their id, as downloads."""

from collections.abc import AsyncIterator

import httpx
import pytest


async def test_an_uploaded_file_comes_back(own_client: httpx.AsyncClient) -> None:
    created = await own_client.post("/api/v1/files", params={"name": "名字.txt"}, content="文".encode())

    file = created.json()
    content = await own_client.get(f"/api/v1/files/{file['file_id']}/content")
    assert created.status_code == 201
    assert (file["name"], file["size"], file["media_type"]) == ("名字.txt", 3, "text/plain")
    assert content.content == "文".encode()
    assert (await own_client.get(f"/api/v1/files/{file['file_id']}")).json() == file


async def test_an_uploaded_page_cannot_run_in_this_origin(own_client: httpx.AsyncClient) -> None:
    page = b"<script>alert(1)</script>"
    file = (await own_client.post("/api/v1/files", params={"name": "x.html"}, content=page)).json()

    headers = (await own_client.get(f"/api/v1/files/{file['file_id']}/content")).headers

    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox"


async def test_a_file_over_the_limit_is_a_413_that_names_the_limit(own_client: httpx.AsyncClient) -> None:
    response = await own_client.post(
        "/api/v1/files", params={"name": "x.txt"}, content=b"x" * (1024 * 1024 + 1)
    )

    assert response.status_code == 413
    assert "1048576 bytes" in response.json()["detail"]
    assert "MAX_FILE_SIZE" in response.json()["hint"]


async def test_a_client_that_is_still_sending_gets_its_413(own_client: httpx.AsyncClient) -> None:
    async def long_body() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 1024 * 1024

    for content in (long_body(), b"x" * 30 * 1024 * 1024):
        response = await own_client.post("/runs/wait", content=content)

        assert (response.status_code, response.json()["error"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "file_id", ["nope", "01a202b9-956b-718b-9838-ab222cb53cd7", "..%2F..%2Fetc%2Fpasswd"]
)
async def test_an_unknown_file_is_a_404(own_client: httpx.AsyncClient, file_id: str) -> None:
    response = await own_client.get(f"/api/v1/files/{file_id}/content")

    assert response.status_code == 404
