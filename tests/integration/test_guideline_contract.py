"""The contract of the old guideline system: uploads, status, stream, review, downloads, over real runs."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import pytest

from configs.settings import Settings
from evals.guideline_files import file_of
from evals.guideline_gold import read_gold
from evals.guideline_oracle import GuidelineOracle
from evals.model_server import Answers, Fault, Faults, ModelServer, model_server
from evals.pdf_maker import PdfMaker
from tests.conftest import Server, running
from tests.fixtures.sse import parse
from tools.medical.templates import MAX_YAML

GOLD = {gold.name: gold for gold in read_gold()}
GOUT = GOLD["gout.zh"]
DIABETES = GOLD["diabetes.en"]
OWN = """
name: own
description: One of somebody's own.
sections:
  - id: advice
    heading: {en: Our advice, zh: 我们的建议}
    purpose: {en: All of it., zh: 全部。}
    takes: recommendations
    priority: 0
"""


class ByTitle:
    """Answers for the guideline that a question is about; for one of them it gets a dose wrong, always."""

    def __init__(self) -> None:
        self.right = GuidelineOracle(DIABETES)
        self.is_stubborn = False

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.right(data)
        if self.is_stubborn:
            answer = json.loads(json.dumps(answer).replace("500 mg two times", "5000 mg two times"))
        return answer


ORACLE = ByTitle()


@pytest.fixture(scope="module")
def models() -> Iterator[ModelServer]:
    with model_server(Answers.oracle(ORACLE)) as server:
        yield server


@pytest.fixture(scope="module")
def server(models: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        DATA_DIR=tmp_path_factory.mktemp("data"),
        PORT=0,
        PRIMARY_MODEL="openai:m",
        LLM_BASE_URL=models.openai_url,
        LLM_API_KEY="k",
        ENABLE_CACHE=False,
        MAX_FILE_SIZE="4MiB",
    )
    with running(settings) as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    ORACLE.is_stubborn = False
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1/workflow", timeout=60) as client:
        yield client


def diabetes(layout: str = "docx") -> tuple[str, bytes]:
    data, name = file_of(DIABETES, layout)
    return name, data


async def send(client: httpx.AsyncClient, file: tuple[str, bytes] | None = None, **fields: str) -> Any:
    answer = await client.post("/upload", files={"file": file or diabetes()}, data=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def rested(client: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """Poll, as the old clients do, until the task is at rest."""
    async with asyncio.timeout(60):
        while True:
            task = (await client.get(f"/{task_id}/status")).json()
            if task["status"] not in ("pending", "running"):
                return task
            await asyncio.sleep(0.02)


async def test_a_guideline_becomes_a_version_in_every_format(client: httpx.AsyncClient) -> None:
    config = json.dumps({"template_yaml": OWN})
    sent = await send(client, title="Diabetes", processing_mode="fast", tags="a, b", custom_config=config)
    assert sent["status"] == "pending"
    assert sent["estimated_processing_time"] > 0
    task = await rested(client, sent["task_id"])

    assert (task["status"], task["release"], task["quality_score"]) == ("completed", "passed", 1.0)
    assert (task["progress_percentage"], len(task["completed_nodes"])) == (100, 9)
    assert (task["title"], task["tags"], task["retry_count"]) == ("Diabetes", ["a", "b"], 0)
    assert task["node_results"]["extract_batch"]["calls"] >= 1
    assert task["tokens_used"] > 0
    assert {file["format"] for file in task["output_files"]} == {"html", "md", "docx", "pdf"}
    starts = {"html": b"<!doctype", "md": b"# ", "docx": b"PK", "pdf": b"%PDF", "json": b"{"}
    for format, start in starts.items():
        got = await client.get(f"/{sent['guideline_id']}/pvg/download", params={"format": format})
        assert (got.status_code, got.content.startswith(start)) == (200, True), format
    document = got.json()
    assert [section["id"] for section in document["version"]["sections"]] == ["advice"]
    assert document["quality"]["right_pvg"]["1.2 topic"] == "addressed"


async def test_the_stream_tells_each_stage_and_goes_on_where_a_client_left(client: httpx.AsyncClient) -> None:
    task_id = (await send(client))["task_id"]
    events = parse((await client.get(f"/{task_id}/stream")).text)

    assert {event["event"] for event in events} == {"workflow_update", "workflow_completed"}
    stages = list(dict.fromkeys(event["data"]["current_node"] for event in events[:-1]))
    assert stages == [
        *("document_parser", "multimodal_processor", "cost_optimizer", "knowledge_extraction"),
        *("specialist_review", "progressive_writing", "quality_controller", "performance_monitor"),
    ]
    shares = [event["data"]["progress_percentage"] for event in events]
    assert shares == sorted(shares)
    middle = events[5]["id"]
    rest = parse((await client.get(f"/{task_id}/stream", headers={"Last-Event-ID": middle})).text)
    assert [event["id"] for event in rest] == [event["id"] for event in events[6:]]


async def test_a_version_that_is_held_back_waits_for_a_person_who_mends_and_approves_it(
    client: httpx.AsyncClient,
) -> None:
    ORACLE.is_stubborn = True
    config = json.dumps({"max_repairs": 0})
    sent = await send(client, processing_mode="fast", custom_config=config)
    task = await rested(client, sent["task_id"])
    assert task["status"] == "waiting_review"
    assert (await client.get(f"/{sent['guideline_id']}/pvg/download")).status_code == 404
    wrong = next(item for item in task["review"]["items"] if "5000" in (item["text"] or ""))
    verdict = {"decision": "approve", "reviewer": "Dr. Li", "notes": "Dose mended."}
    refused = await client.post(f"/{sent['task_id']}/review", json={**verdict, "edits": {"none": "x"}})
    assert (refused.status_code, "no sentence 'none'" in refused.text) == (422, True)

    edits = {wrong["sentence"]: wrong["text"].replace("5000", "500")}
    await client.post(f"/{sent['task_id']}/review", json={**verdict, "edits": edits})
    task = await rested(client, sent["task_id"])
    assert (task["status"], task["release"], task["open_findings"]) == ("completed", "approved", [])
    document = (await client.get(f"/{sent['guideline_id']}/pvg/download")).json()
    assert document["quality"]["review"]["notes"] == "Dose mended."
    again = await client.post(f"/{sent['task_id']}/review", json=verdict)
    assert (again.status_code, again.json()["error"]) == (400, "task_not_waiting")


async def test_an_updated_guideline_is_compared_with_the_one_before(client: httpx.AsyncClient) -> None:
    text = "\n\n".join(page.replace("\n", "\n\n") for page in DIABETES.pages)
    first = await send(client, ("d.md", text.encode()), processing_mode="fast")
    await rested(client, first["task_id"])
    gone = DIABETES.records.recommendations[-1].quote
    second = await send(
        client, ("d2.md", text.replace(gone, "").encode()), guideline_id=first["guideline_id"]
    )
    assert (second["guideline_id"], second["version"]) == (first["guideline_id"], 2)
    await rested(client, second["task_id"])

    changes = (await client.get(f"/{first['guideline_id']}/compare")).json()
    assert ([one["quote"] for one in changes["removed"]], changes["added"], changes["changed"]) == (
        [gone],
        [],
        [],
    )
    versions = (await client.get(f"/{first['guideline_id']}/versions")).json()["versions"]
    assert [one["version"] for one in versions] == [1, 2]
    missing = await client.get(f"/{first['guideline_id']}/pvg/download", params={"version": 9})
    assert (missing.status_code, missing.json()["error"]) == (404, "version_not_found")


async def test_a_corrupt_file_of_a_batch_is_named_and_stops_none_of_the_others(
    client: httpx.AsyncClient,
) -> None:
    good = [("files", (f"{n}.docx", diabetes()[1])) for n in range(4)]
    bad = ("files", ("broken.pdf", b"%PDF-1.7\nnothing of it"))
    answer = await client.post("/batch", files=[*good[:2], bad, *good[2:]], data={"processing_mode": "fast"})
    batch = answer.json()
    assert (answer.status_code, batch["total_files"]) == (201, 5)
    for file in batch["uploaded_files"]:
        await rested(client, file["task_id"])
    told = (await client.get(f"/batch/{batch['batch_task_id']}/status")).json()
    assert (told["status"], told["completed_guidelines"], told["failed_guidelines"]) == (
        "partial_success",
        4,
        1,
    )
    (failed,) = [file for file in told["files"] if file["status"] == "failed"]
    assert (failed["title"], failed["error"]["code"]) == ("broken.pdf", "broken_pdf")


async def test_a_task_under_way_is_stopped(client: httpx.AsyncClient) -> None:
    task_id = (await send(client))["task_id"]
    answer = await client.delete(f"/{task_id}")
    assert (await rested(client, task_id))["status"] == "cancelled"
    assert answer.status_code == 200
    again = await client.delete(f"/{task_id}")
    assert (again.status_code, again.json()["error"]) == (400, "task_not_active")


def _pdf(make: Any, **options: Any) -> bytes:
    pdf = PdfMaker(**options)
    make(pdf)
    return pdf.data()


def _many(pdf: PdfMaker) -> None:
    for _ in range(800):
        pdf.lines("We recommend water for adults with thirst.")
        pdf.next_page()


@pytest.mark.parametrize(
    ("name", "data", "fields", "code"),
    [
        ("a.pdf", lambda: _pdf(lambda pdf: pdf.lines("x"), password="p"), {}, "encrypted_document"),
        ("a.pdf", lambda: b"%PDF-1.4 nothing", {}, "broken_pdf"),
        ("a.pdf", lambda: _pdf(_many), {}, "too_many_pages"),
        ("a.docx", lambda: b"PK\x03\x04nothing", {}, "archive_damaged"),
        ("a.txt", lambda: b"   \n", {}, "empty_input"),
        ("a.txt", lambda: b"We recommend water. " * 250_000, {}, "file_too_large"),
        ("a.exe", lambda: b"MZ", {}, "unsupported_format"),
        ("a.md", lambda: b"x", {"custom_config": "{"}, "invalid_request"),
        ("a.md", lambda: b"x", {"custom_config": '{"colour": 1}'}, "unknown_option"),
        ("a.md", lambda: b"x", {"processing_mode": "quick"}, "invalid_request"),
        ("a.md", lambda: b"x", {"colour": "red"}, "invalid_request"),
        (
            "a.md",
            lambda: b"x",
            {"custom_config": json.dumps({"template_yaml": "a: &a [*a]"})},
            "invalid_template",
        ),
        (
            "a.md",
            lambda: b"x",
            {"custom_config": json.dumps({"template_yaml": "name: x"})},
            "invalid_template",
        ),
        ("a.md", lambda: b"x", {"custom_config": "x" * (MAX_YAML * 2)}, "invalid_form"),
    ],
)
async def test_bad_input_is_refused_by_name_and_leaves_nothing(
    client: httpx.AsyncClient, server: Server, name: str, data: Any, fields: dict[str, str], code: str
) -> None:
    files = f"{server.url}/api/v1/files/stats"
    before = (await client.get(files)).json()["files"]
    answer = await client.post("/upload", files={"file": (name, data())}, data=fields)
    assert (answer.status_code in (400, 413, 415), answer.json()["error"]) == (True, code), answer.text
    assert (await client.get(files)).json()["files"] == before


async def test_what_shows_only_when_a_file_is_read_is_the_tasks_error(client: httpx.AsyncClient) -> None:
    hidden = ("a.html", b"<html><body><p hidden>We recommend water.</p></body></html>")
    task = await rested(client, (await send(client, hidden))["task_id"])
    assert (task["status"], task["error"]["code"]) == ("failed", "empty_input")


async def test_the_worker_of_a_running_task_is_named_by_the_host_that_it_runs_on(
    client: httpx.AsyncClient, models: ModelServer
) -> None:
    models.faults = Faults.always(Fault.SLOW_START)
    try:
        task_id = (await send(client))["task_id"]
        async with client.stream("GET", f"/{task_id}/stream") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):  # it has begun
                    break
        running = (await client.get(f"/{task_id}/status")).json()
        await client.delete(f"/{task_id}")
    finally:
        models.faults = Faults()
    assert (running["status"], running["worker_hostname"]) == ("running", socket.gethostname())
    assert (await rested(client, task_id))["worker_hostname"] is None


async def test_a_document_that_recommends_nothing_says_so(client: httpx.AsyncClient) -> None:
    story = ("w.txt", b"The weather was fine all week. " * 30)
    task = await rested(client, (await send(client, story))["task_id"])
    assert task["status"] == "waiting_review"
    assert ["No recommendation" in item["message"] for item in task["review"]["items"]] == [True]
    assert task["message"] == "Waits for a person: answer at /review"

    await client.post(f"/{task['task_id']}/review", json={"decision": "reject", "reviewer": "Dr. Li"})
    task = await rested(client, task["task_id"])
    assert (task["status"], task["release"]) == ("completed", "rejected")
    assert task["message"] == "A reviewer rejected the version: it is not released"
