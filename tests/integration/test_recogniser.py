"""The contract of the old character recogniser, served by the graph `characters`."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import Server, running
from tests.fixtures.receiver import ERROR, Receiver, listening
from tools.llm.transport import certificates

SCENE = (
    "“Where is the lamp?” asked Martha Finch.\n\n“On the shelf,” said Peter Finch. “You left it there.”\n\n"
    "“So I did,” said Martha. She laughed at Peter.\n\n“You forget everything, Martha,” said Peter.\n"
)


async def finished(client: httpx.AsyncClient, task_id: str) -> dict[str, object]:
    """Poll, as the old clients do, until the task has ended."""
    async with asyncio.timeout(60):
        while True:
            data = (await client.get(f"/api/recognize/async/{task_id}")).json()["data"]
            if data["status"] in ("completed", "failed"):
                return data
            await asyncio.sleep(0.02)


async def test_health(own_client: httpx.AsyncClient) -> None:
    while (response := await own_client.get("/health")).status_code == 503:  # graphs come later
        pass

    body = response.json()
    assert (body["status"], body["service"]) == ("healthy", "character-recognition")
    assert body["version"]


async def test_recognizing_answers_with_the_old_and_the_new_names(own_client: httpx.AsyncClient) -> None:
    response = await own_client.post("/api/recognize", json={"text": SCENE, "book_id": "b1"})

    body = response.json()
    assert response.status_code == 200
    martha = next(c for c in body["characters"] if "Martha Finch" in c["aliases"])
    assert martha["name"] == martha["canonical_name"]
    assert {
        "id",
        "mentions",
        "first_appearance_idx",
        "gender",
        "gender_hint",
        "characteristics",
        "roles",
        "quotes",
    } <= set(martha)
    assert body["alias_map"]["Martha Finch"] == martha["name"]
    assert body["statistics"]["total_dialogues"] == 5
    assert {"total_characters", "total_mentions", "processing_time", "text_length", "sentence_count"} <= set(
        body["statistics"]
    )


async def test_an_async_task_can_be_polled_to_its_result(own_client: httpx.AsyncClient) -> None:
    accepted = (await own_client.post("/api/recognize/async", json={"text": SCENE, "book_id": "b1"})).json()

    data = await finished(own_client, accepted["task_id"])

    assert (accepted["success"], isinstance(accepted["queue_length"], int)) == (True, True)
    assert (data["status"], data["progress"], data["error"], data["book_id"]) == (
        "completed",
        100,
        None,
        "b1",
    )
    assert (
        data["total_sentences"]
        == data["processed_sentences"]
        == data["result"]["statistics"]["sentence_count"]
    )  # type: ignore[index]
    assert {"created_at", "started_at", "completed_at", "expires_at"} <= {k for k, v in data.items() if v}


async def test_the_stats_count_tasks_and_hold_no_secrets(own_client: httpx.AsyncClient) -> None:
    await own_client.post("/api/recognize", json={"text": SCENE})

    response = await own_client.get("/api/stats")

    body = response.json()
    assert body["tasks"]["completed"] >= 1
    assert (
        sum(body["tasks"][name] for name in ("pending", "processing", "completed", "failed"))
        == body["tasks"]["total"]
    )
    assert body["queue"]["length"] == body["tasks"]["pending"]
    assert "unix://" not in response.text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"text": ""}, 422, "empty_input"),
        ({"text": SCENE, "options": {"nope": 1}}, 422, "unknown_option"),
        ({"text": SCENE, "options": {"similarity_threshold": 7}}, 422, "invalid_input"),
        ({"text": SCENE, "unknown": 1}, 422, "invalid_request"),
        ({"text": SCENE, "callback_url": "http://user:pw@8.8.8.8/"}, 422, "callback_refused"),
        (
            {"text": "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 3},
            422,
            "unsupported_language",
        ),
        (
            {"text": "A quiet field. Nobody spoke there at all, and the wind was low. " * 3},
            422,
            "no_quotations",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_task_that_cannot_succeed_is_refused(
    own_client: httpx.AsyncClient, body: dict[str, object], status: int, code: str
) -> None:
    for path in ("/api/recognize", "/api/recognize/async"):
        response = await own_client.post(path, json=body)

        assert (response.status_code, response.json()["error"]) == (status, code)
        assert response.json()["detail"]


async def test_an_unknown_task_is_a_404(own_client: httpx.AsyncClient) -> None:
    response = await own_client.get("/api/recognize/async/nope")

    assert (response.status_code, response.json()["error"]) == (404, "unknown_task")


async def test_a_result_is_gone_when_its_keeping_ends(tmp_path: Path) -> None:
    settings = Settings(PORT=0, DATA_DIR=tmp_path, RESULT_TTL_HOURS=1e-9, SWEEP_SECONDS=0.01)  # type: ignore[call-arg]
    with running(settings) as server:
        async with (
            httpx.AsyncClient(base_url=server.url, verify=certificates(), timeout=60) as client,
            asyncio.timeout(60),
        ):
            body = (await client.post("/api/recognize/async", json={"text": SCENE})).json()
            place = f"/api/recognize/async/{body['task_id']}"
            response = await client.get(place)
            while response.status_code == 200:
                response = await client.get(place)

    assert response.json()["error"] == "unknown_task"
    assert "expires_at" in response.json()["hint"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


@pytest.mark.parametrize("place", ["query", "body"])
async def test_the_callback_is_signed_and_carries_the_result(
    own_client: httpx.AsyncClient, own_server: Server, receiver: Receiver, place: str
) -> None:
    params = {"callback_url": receiver.url} if place == "query" else {}
    body = {"text": SCENE} | ({"callback_url": receiver.url} if place == "body" else {})

    accepted = (await own_client.post("/api/recognize/async", json=body, params=params)).json()
    async with asyncio.timeout(60):
        await receiver.delivered.wait()

    headers, payload = receiver.calls[0]
    moment, signature = (part.split("=")[1] for part in headers["x-scriptorium-signature"].split(","))
    secret = (own_server.settings.data_dir / "webhook.secret").read_bytes()
    assert hmac.compare_digest(
        signature, hmac.new(secret, f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
    )
    told = json.loads(payload)
    assert (told["task_id"], told["status"], told["error"]) == (accepted["task_id"], "completed", None)
    assert told["result"]["characters"]
    assert told["meta"]["progress"] == 100


async def test_a_callback_that_fails_is_tried_again(
    own_client: httpx.AsyncClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.runs.webhooks.FIRST_PAUSE", 0.01)
    receiver.answers = [ERROR, ERROR]

    await own_client.post("/api/recognize/async", json={"text": SCENE, "callback_url": receiver.url})
    async with asyncio.timeout(60):
        await receiver.delivered.wait()

    assert len(receiver.calls) == 3
    assert len({payload for _, payload in receiver.calls}) == 1
