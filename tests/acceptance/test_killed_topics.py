"""A service that is killed while models are trained goes on, and trains no finished model again."""

import json
from pathlib import Path

import httpx
import pytest

from evals.topics_planted import plant
from tests.fixtures.service_process import ServiceProcess

pytestmark = [pytest.mark.timeout(300), pytest.mark.faults]

COUNTS = [3, 4, 5, 6, 7, 8]


def _models(url: str) -> list[str]:
    """Files of models that are kept, by name."""
    files = httpx.get(f"{url}/api/v1/files", params={"limit": 100}, timeout=30).json()["files"]
    return sorted(file["name"] for file in files if file["name"].startswith("nmf-"))


def test_a_killed_service_trains_no_finished_model_again(tmp_path: Path) -> None:
    corpus = plant(seed=2, documents=300).corpus
    text = "\n".join(json.dumps({"text": text}) for text in corpus.texts)
    environment = {"LEASE_SECONDS": "2", "BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS": "1", "TOPICS_PROCESSES": "1"}
    service = ServiceProcess(data_dir=tmp_path, environment=environment)
    try:
        url = service.start().url
        file_id = httpx.post(f"{url}/api/v1/files", files={"file": ("texts.jsonl", text)}, timeout=30).json()[
            "file_id"
        ]
        options = {
            "models": ["nmf"],
            "topics": COUNTS,
            "again": 2,
            "confirm": False,
            "cleaning": {"language": "en"},
        }
        given = {"assistant_id": "topics", "input": {"file_id": file_id, "options": options}}
        thread = httpx.post(f"{url}/threads", json={}, timeout=30).json()["thread_id"]
        run = httpx.post(f"{url}/threads/{thread}/runs", json=given, timeout=30).json()["run_id"]
        while len(_models(url)) < 2:
            pass
        service.kill()

        url = service.start().url
        httpx.get(f"{url}/threads/{thread}/runs/{run}/join", timeout=240)
        result = httpx.get(f"{url}/threads/{thread}/state", timeout=30).json()["values"]
        kept = _models(url)
    finally:
        service.kill()

    assert [row["topics"] for row in result["selection"]["tried"]] == COUNTS
    # A model that was trained twice would leave the file of its first training behind.
    assert kept == [f"{result['selection']['model']}.zip"]
