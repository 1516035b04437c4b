"""The contract of the old translation system: tasks, uploads and work in one call, over real runs."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from configs.settings import Settings
from evals.model_server import Answers, Fault, Faults, ModelServer, model_server
from tests.conftest import Server, running
from tests.fixtures.sse import parse

_SRT = "1\n00:00:01,000 --> 00:00:03,000\nGood morning.\n\n2\n00:00:04,000 --> 00:00:06,000\nWhere is it?\n"
_CHINESE = {"Good morning.": "早上好。", "Where is it?": "它在哪里？"}


@pytest.fixture(scope="module")
def models() -> Iterator[ModelServer]:
    def answer(data: Mapping[str, Any]) -> dict[str, Any]:
        if data["target_language"] == "fr":  # whose letters every machine can draw
            return {"translations": [{"id": s["id"], "text": "Bonjour."} for s in data["segments"]]}
        found = {s["id"]: _CHINESE.get(s["text"], "其他") for s in data["segments"]}
        return {"translations": [{"id": id, "text": text} for id, text in found.items()]}

    with model_server(Answers.oracle(answer)) as server:
        yield server


@pytest.fixture(scope="module")
def server(models: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        DATA_DIR=tmp_path_factory.mktemp("data"),
        PORT=0,
        PRIMARY_MODEL="openai:m",
        LLM_BASE_URL=models.openai_url,
        LLM_API_KEY="k",
    )
    with running(settings) as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60, follow_redirects=True) as client:
        yield client


@pytest.fixture
async def offline(own_client: httpx.AsyncClient) -> httpx.AsyncClient:
    return own_client


async def upload(client: httpx.AsyncClient, text: str, name: str = "film.srt") -> dict[str, Any]:
    answer = await client.post("/api/v1/upload", files={"file": (name, text.encode())})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


async def made(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/tasks", json={"taskName": "t", **body})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


async def ended(client: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """Poll, as the old clients do, until the task is at rest."""
    async with asyncio.timeout(30):
        while True:
            task = (await client.get(f"/api/v1/tasks/{task_id}")).json()["data"]
            if task["status"] not in ("queued", "processing"):
                return task
            await asyncio.sleep(0.02)


async def test_a_text_is_translated_while_one_waits(client: httpx.AsyncClient) -> None:
    body = {"text": "Good morning.", "targetLanguage": "Chinese"}
    answer = (await client.post("/api/v1/translation/translate", json=body)).json()

    assert answer["success"] is True
    assert {name: answer["data"][name] for name in ("originalText", "translatedText", "targetLanguage")} == {
        "originalText": "Good morning.",
        "translatedText": "早上好。",
        "targetLanguage": "zh",
    }
    assert answer["data"]["modelUsed"] == "openai:m"


async def test_without_a_model_the_answer_is_an_error_and_never_the_source(
    offline: httpx.AsyncClient,
) -> None:
    body = {"text": "Good morning.", "target_language": "zh"}
    answer = await offline.post("/api/v1/translation/translate", json=body)

    assert answer.status_code == 503
    assert answer.json()["code"] == "TRANSLATION_FAILED"
    assert "success" not in answer.json()


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/api/v1/translation/translate", {"text": "x"}, "target_language"),
        ("/api/v1/tasks", {"module": "translation"}, "task_name"),
        ("/api/v1/tasks", {"module": "x", "taskName": "t"}, "module"),
        ("/api/v1/tasks", {"module": "translation", "taskName": "t", "options": {"tone": 1}}, "tone"),
        ("/api/v1/subtitle/process", {"subtitleUrl": "http://a/b.srt", "operation": "sync"}, "subtitleUrl"),
        ("/api/v1/process/translate", {"target_language": "zh"}, "lacks a text"),
    ],
)
async def test_what_is_missing_or_unknown_is_named_in_the_old_envelope(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], named: str
) -> None:
    answer = await client.post(path, json=body)

    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert set(answer.json()) == {"error", "code", "details", "timestamp"}


async def test_a_task_goes_from_created_to_completed_with_its_files(client: httpx.AsyncClient) -> None:
    film = await upload(client, _SRT)
    task = await made(
        client,
        module="subtitle-translate",
        files=[{"name": "film.srt", "type": "text", "url": film["path"]}],
        options={"targetLanguage": "zh"},
    )
    assert (task["status"], task["progress"]) == ("created", 0)

    started = await client.post(f"/api/v1/tasks/{task['taskId']}/process")
    assert started.json()["data"]["status"] in ("queued", "processing", "completed")
    done = await ended(client, task["taskId"])

    assert (done["status"], done["error"], done["progress"]) == ("completed", None, 100)
    [made_file] = done["files"]["processed"]
    assert made_file["name"] == "film.zh.srt"
    text = (await client.get(f"/api/v1/tasks/{task['taskId']}/files/film.zh.srt")).text
    assert "早上好。" in text
    names = [f["name"] for f in (await client.get(f"/api/v1/tasks/{task['taskId']}/files")).json()["data"]]
    assert names == ["film.srt", "film.zh.srt"]


async def test_progress_is_streamed_in_the_old_bands_and_ends_with_the_task(
    client: httpx.AsyncClient,
) -> None:
    film = await upload(client, _SRT)
    task = await made(
        client, module="subtitle", files=[{"fileId": film["fileId"]}], options={"target_language": "zh"}
    )
    await client.post(f"/api/v1/tasks/{task['taskId']}/process")

    events = parse((await client.get(f"/api/v1/tasks/{task['taskId']}/events")).text)

    shares = [event["data"]["progress"] for event in events if event["event"] == "progress"]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert {40, 90} <= set(shares)
    assert (events[-1]["event"], events[-1]["data"]["progress"]) == ("completed", 100)


async def test_a_task_that_is_unsure_waits_for_a_person_and_goes_on_with_their_edits(
    client: httpx.AsyncClient, models: ModelServer
) -> None:
    film = await upload(client, _SRT.replace("Good", "Fine"))  # asked for nowhere else, so it is in no cache
    options = {"targetLanguage": "zh", "autoRun": False}
    task = await made(client, module="subtitle", files=[{"path": film["path"]}], options=options)
    models.faults = Faults.always(Fault.EMPTY)
    await client.post(f"/api/v1/tasks/{task['taskId']}/process")
    waiting = await ended(client, task["taskId"])
    models.faults = Faults()

    assert waiting["status"] == "paused"
    assert [item["id"] for item in waiting["review"][0]["items"]] == ["1", "2"]
    edits = {"zh": {"1": "早安。", "2": "在哪儿？"}}
    assert (
        await client.post(f"/api/v1/tasks/{task['taskId']}/confirm", json={"edits": edits})
    ).status_code == 200
    done = await ended(client, task["taskId"])

    assert done["status"] == "completed"
    assert "早安。" in (await client.get(done["files"]["processed"][0]["url"])).text
    again = await client.post(f"/api/v1/tasks/{task['taskId']}/confirm", json={"edits": edits})
    assert (again.status_code, again.json()["code"]) == (409, "TASK_NOT_PAUSED")


async def test_a_failed_task_says_why(client: httpx.AsyncClient, models: ModelServer) -> None:
    task = await made(client, module="translation", options={"text": "x", "targetLanguage": "zh"})
    models.faults = Faults.always(Fault.BAD_KEY)
    await client.post(f"/api/v1/tasks/{task['taskId']}/process")
    failed = await ended(client, task["taskId"])
    models.faults = Faults()

    assert failed["status"] == "failed"
    assert failed["progress"] >= 10  # its text was read before the model refused
    assert failed["files"]["processed"] == []
    assert failed["error"]["code"] == "MODEL_REFUSED"
    assert failed["error"]["message"]
    assert failed["result"] is None


async def test_subtitles_are_processed_in_one_call_whatever_the_target(client: httpx.AsyncClient) -> None:
    film = await upload(client, _SRT)
    body = {"subtitleUrl": film["fileId"], "operation": "sync", "options": {"offsetMs": 500}}
    data = (await client.post("/api/v1/subtitle/process", json=body)).json()["data"]

    assert (data["status"], data["progress"], data["operation"]) == ("completed", 100, "sync")
    assert data["modelUsed"] is None  # rules move times
    assert "00:00:01,500" in (await client.get(data["resultUrl"])).text
    body = {"subtitle_url": film["fileId"], "operation": "detect_conflict", "target_language": "zh"}
    found = (await client.post("/api/v1/subtitle/process", json=body)).json()["data"]["result"]
    assert found["file"]["conflicts"] == []


def _film(path: Path) -> bytes:
    """Two seconds of a moving picture with a tone."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    inputs = ["-f", "lavfi", "-i", "testsrc=s=160x90:r=5:d=2", "-f", "lavfi", "-i", "sine=d=2"]
    command = ["ffmpeg", "-v", "error", *inputs, "-preset", "ultrafast", "-c:a", "aac", str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()


def _streams(path: Path) -> list[tuple[str, str]]:
    shown = ["-v", "error", "-of", "json", "-show_entries", "stream=codec_type,codec_name"]
    probed = subprocess.run(["ffprobe", *shown, str(path)], check=True, capture_output=True).stdout
    return [(stream["codec_type"], stream["codec_name"]) for stream in json.loads(probed)["streams"]]


async def test_a_film_is_translated_and_drawn_on_in_one_call(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    data = await asyncio.to_thread(_film, tmp_path / "film.mp4")
    film = (await client.post("/api/v1/upload", files={"file": ("film.mp4", data)})).json()["data"]
    words = await upload(client, "1\n00:00:00,200 --> 00:00:01,800\nGood morning.\n")
    body = {
        "videoUrl": film["path"],
        "subtitleUrl": words["path"],
        "operation": "translate",
        "targetLanguage": "French",
        "options": {"wordsFrom": "file"},
    }
    replied = await client.post("/api/v1/video/process?wait=true", json=body)
    assert replied.status_code == 200, replied.text
    answer = replied.json()["data"]

    assert (answer["status"], answer["progress"], answer["operation"]) == ("completed", 100, "translate")
    assert answer["result"]["targets"]["fr"]["subtitles"]["translated"] == 1
    made = {file["name"]: file["url"] for file in answer["results"]}
    assert "Bonjour." in (await client.get(made["film.fr.srt"])).text
    drawn = tmp_path / "drawn.mp4"
    drawn.write_bytes((await client.get(made["film.fr.mp4"])).content)
    assert await asyncio.to_thread(_streams, drawn) == [("video", "h264"), ("audio", "aac")]


async def test_a_film_that_is_none_is_a_failed_task_that_says_so(client: httpx.AsyncClient) -> None:
    text = await upload(client, "no film at all", name="film.txt")
    body = {"videoUrl": text["path"], "operation": "erase"}
    answer = await client.post("/api/v1/video/process?wait=true", json=body)

    assert answer.status_code >= 400
    assert answer.json()["code"] == "NOT_A_VIDEO"


async def test_the_python_service_s_paths_take_a_task_s_id_or_none(client: httpx.AsyncClient) -> None:
    body = {"text": "Good morning.", "target_language": "zh"}
    begun = (await client.post("/api/v1/process/translate", json=body)).json()["data"]
    first = await ended(client, begun["taskId"])
    task = await made(client, module="translation")
    path = f"/api/v1/process/tasks/{task['taskId']}"
    await client.post(f"{path}/translate", json=body)
    await ended(client, task["taskId"])
    second = (await client.get(f"{path}/status")).json()["data"]

    for done in (first, second):
        assert done["result"]["targets"]["zh"]["text"] == "早上好。"
    assert (await client.post(f"{path}/cancel")).json()["data"]["status"] == "completed"


async def test_tasks_are_listed_counted_remembered_and_removed(client: httpx.AsyncClient) -> None:
    options = {"text": "Good morning.", "targetLanguage": "zh"}
    task = await made(client, module="translation", taskName="mine", options=options)
    path = f"/api/v1/tasks/{task['taskId']}"
    before = (await client.get("/api/v1/tasks/stats")).json()["data"]
    await client.post(f"{path}/process")
    await ended(client, task["taskId"])
    after = (await client.get("/api/v1/tasks/stats")).json()["data"]
    memory = {"type": "conversation", "data": {"said": "hello"}}

    assert after["completedTasks"] == before["completedTasks"] + 1
    listed = (await client.get("/api/v1/tasks", params={"module": "translation"})).json()["data"]
    assert listed[0]["taskName"] == "mine"
    kept = (await client.post(f"{path}/memory", json=memory)).json()["data"]["memoryLayer"]
    assert kept["conversationHistory"][0]["data"] == {"said": "hello"}
    assert (await client.post("/api/v1/tasks/cleanup", json={"maxAge": 0})).json()["data"]["cleanedCount"] > 0
    for unknown in (path, "/api/v1/tasks/nope"):
        answer = await client.get(unknown)
        assert (answer.status_code, answer.json()["code"]) == (404, "TASK_NOT_FOUND")


async def test_ten_files_come_at_once_and_an_eleventh_is_refused(client: httpx.AsyncClient) -> None:
    def batch(count: int) -> list[tuple[str, tuple[str, bytes]]]:
        return [("files", (f"{at}.srt", _SRT.encode())) for at in range(count)]

    ten = await client.post("/api/v1/upload/batch", files=batch(10))
    eleven = await client.post("/api/v1/upload/batch", files=batch(11))

    assert [file["originalName"] for file in ten.json()["data"]] == [f"{at}.srt" for at in range(10)]
    assert eleven.status_code == 400


async def test_models_are_those_that_are_configured(client: httpx.AsyncClient) -> None:
    listed = {m["role"]: m for m in (await client.get("/api/v1/models")).json()["data"]}

    assert (listed["primary"]["id"], listed["primary"]["available"]) == ("openai:m", True)
