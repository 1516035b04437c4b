"""The contract of the old topic platform: tasks, logs, results and analyses, over a real run."""

import csv
import json
from collections.abc import AsyncIterator, Iterator
from io import StringIO
from typing import Any

import httpx
import pytest

from configs.settings import Settings
from evals.topics_planted import plant
from tests.conftest import Server, running

TEXTS = plant(seed=2, documents=40).corpus.texts
QUICK = {"num_topics": 3, "models": ["nmf"], "options": {"again": 0, "report": False}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(Settings(DATA_DIR=tmp_path_factory.mktemp("data"), PORT=0)) as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{server.url}/api", timeout=60) as client:
        yield client


async def begun(client: httpx.AsyncClient, **about: Any) -> str:
    answer = await client.post("/tasks", json={"texts": TEXTS, **QUICK, **about})
    assert answer.status_code == 201, answer.text
    return answer.json()["task_id"]


async def ended(client: httpx.AsyncClient, task_id: str, *states: str) -> dict[str, Any]:
    """The task, once it is in one of these states."""
    run = (await client.get(f"/tasks/{task_id}")).json()["run_id"]
    await client.get(f"{str(client.base_url).removesuffix('/api/')}/threads/{task_id}/runs/{run}/join")
    task = (await client.get(f"/tasks/{task_id}")).json()
    assert task["status"] in states, task
    return task


async def test_a_task_goes_from_texts_to_topics_that_new_texts_are_analysed_by(
    client: httpx.AsyncClient,
) -> None:
    task_id = await begun(client, name="speeches", vocab_size=200)
    task = await ended(client, task_id, "completed")

    assert (task["name"], task["progress"], task["num_topics"]) == ("speeches", 100, 3)
    assert task["metrics"]["npmi"] > task["metrics"]["chance"]["npmi"]
    steps = {line["step"] for line in (await client.get(f"/tasks/{task_id}/logs")).json()["logs"]}
    assert {"clean", "train", "report"} <= steps
    assert len((await client.get(f"/tasks/{task_id}/logs?tail=2")).json()["logs"]) == 2
    results = (await client.get(f"/tasks/{task_id}/results")).json()
    assert [topic["id"] for topic in results["topics"]] == [1, 2, 3]
    assert results["plan"]["topics"] == [3]

    table = await client.get(f"/tasks/{task_id}/results/assignments")
    rows = list(csv.DictReader(StringIO(table.content.decode("utf-8-sig"))))
    answer = await client.post("/analyze", json={"task_id": task_id, "texts": [TEXTS[7], "nowhere"]})
    shares, unknown = (document["shares"] for document in answer.json()["documents"])
    assert [f"{share:.4f}" for share in shares] == [rows[7][f"topic_{id}"] for id in (1, 2, 3)]
    assert unknown is None

    listed = (await client.get("/tasks", params={"status": "completed"})).json()
    assert [one["task_id"] for one in listed["tasks"]] == [task_id]
    assert (await client.get("/tasks/stats")).json()["completed"] == 1
    assert (await client.delete(f"/tasks/{task_id}")).status_code == 204
    for unknown in (task_id, "nope"):
        assert (await client.get(f"/tasks/{unknown}")).status_code == 404


async def test_a_task_that_failed_says_why_by_a_code(client: httpx.AsyncClient) -> None:
    task = await ended(client, await begun(client, texts=["one", "two", "three"]), "failed")

    assert task["error"]["code"] == "too_few_documents"
    assert task["error"]["hint"]


async def test_a_task_waits_for_answers_and_is_cancelled(client: httpx.AsyncClient) -> None:
    task_id = await begun(client, confirm=True)
    task = await ended(client, task_id, "waiting")

    assert task["review"]["subject"] == "columns"
    assert (await client.get(f"/tasks/{task_id}/results")).status_code == 409
    answer = await client.post(f"/tasks/{task_id}/answer", json={"decision": "approve"})
    assert answer.json()["status"] in ("pending", "running")
    assert (await client.post(f"/tasks/{task_id}/cancel")).json()["status"] == "cancelled"
    await ended(client, task_id, "cancelled")
    assert (await client.post(f"/tasks/{task_id}/cancel")).status_code == 409


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"texts": ["a"], "hidden_dim": 512}, "hidden_dim"),
        ({}, "exactly one of"),
        ({"dataset": "00000000-0000-4000-8000-000000000000"}, "00000000-0000-4000-8000-000000000000"),
        ({"texts": ["a"], "options": {"colour": "red"}}, "colour"),
    ],
)
async def test_a_task_that_cannot_succeed_is_refused_and_leaves_nothing(
    client: httpx.AsyncClient, body: dict[str, Any], said: str
) -> None:
    before = (await client.get("/tasks/stats")).json()["total"]
    answer = await client.post("/tasks", json=body)

    assert 400 <= answer.status_code < 500
    assert said in answer.text
    assert (await client.get("/tasks/stats")).json()["total"] == before


async def test_a_dataset_shows_its_columns(client: httpx.AsyncClient, server: Server) -> None:
    table = "text,year\n" + "some words of a text,2001\n" * 9
    sent = await client.post(f"{server.url}/api/v1/files", files={"file": ("speeches.csv", table.encode())})
    file_id = sent.json()["file_id"]

    assert [one["id"] for one in (await client.get("/datasets")).json()["datasets"]] == [file_id]
    preview = (await client.get(f"/datasets/{file_id}/preview")).json()
    assert preview["columns"]["time"] == "year"


async def test_an_analysis_needs_topics(client: httpx.AsyncClient) -> None:
    answer = await client.post("/analyze", content=json.dumps({"texts": ["a"]}))

    assert answer.status_code == 422
    assert "topics.zip" in answer.text
