"""The routes of webhooks, on a whole service."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.fixtures.receiver import Receiver, listening

SCENE = (
    "“Where is the lamp?” asked Martha Finch.\n\n“On the shelf,” said Peter Finch. “You left it there.”\n\n"
)
NOBODY = "0197a7d0-0000-7000-8000-00000000dead"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


async def delivered(client: httpx.AsyncClient, run_id: str, *, attempts: int) -> dict[str, object]:
    """The delivery, once this many attempts are recorded."""
    async with asyncio.timeout(60):
        while True:
            found = (await client.get("/api/v1/webhooks", params={"run_id": run_id})).json()
            if found and found[0]["status"] == "delivered" and len(found[0]["attempts"]) == attempts:
                return found[0]
            await asyncio.sleep(0.02)


async def test_a_delivery_is_listed_and_sent_again(own_client: httpx.AsyncClient, receiver: Receiver) -> None:
    body = {"text": SCENE, "callback_url": receiver.url}
    run_id = (await own_client.post("/api/recognize/async", json=body)).json()["task_id"]
    first = await delivered(own_client, run_id, attempts=1)

    answer = await own_client.post(f"/api/v1/webhooks/{run_id}/resend")

    assert (first["run_id"], first["url"], first["next_attempt_at"]) == (run_id, receiver.url, None)
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    await delivered(own_client, run_id, attempts=2)
    (one, first_body), (two, second_body) = receiver.calls
    assert one["x-scriptorium-delivery"] == two["x-scriptorium-delivery"] == run_id
    assert first_body == second_body


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/webhooks?run_id=abc", 422, "invalid_request"),
        ("GET", "/api/v1/webhooks?status=lost", 422, "invalid_request"),
        ("GET", "/api/v1/webhooks?limit=0", 422, "invalid_request"),
        ("GET", "/api/v1/webhooks?limit=1001", 422, "invalid_request"),
        ("POST", "/api/v1/webhooks/abc/resend", 422, "invalid_id"),
        ("POST", f"/api/v1/webhooks/{NOBODY}/resend", 404, "unknown_delivery"),
    ],
)
async def test_wrong_requests_are_explained(
    own_client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await own_client.request(method, path)

    assert (response.status_code, response.json()["error"]) == (status, code)
