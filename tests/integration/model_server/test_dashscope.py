"""DashScope's native API and PAI-EAS over HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from evals.model_server import Answers, Fault, Faults, ModelServer, model_server

_RERANK = "/api/v1/services/rerank/text-rerank/text-rerank"
_GENERATION = "/api/v1/services/aigc/multimodal-generation/generation"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(keys=["k"]) as server:
        yield server


@pytest.fixture
def client(server: ModelServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers={"Authorization": "Bearer k"}) as client:
        yield client


def test_compatible_rerank_puts_the_best_first(client: httpx.Client) -> None:
    documents = ["rain in spring", "the black cat", "a cat"]
    body = {"model": "qwen3-rerank", "query": "black cat", "documents": documents, "top_n": 2}
    results = client.post("/compatible-api/v1/reranks", json=body).json()["results"]

    assert [result["index"] for result in results] == [1, 2]
    assert 1 >= results[0]["relevance_score"] > results[1]["relevance_score"] >= 0


def test_native_rerank_takes_texts_and_images(client: httpx.Client) -> None:
    documents: list[Any] = [{"image": "https://host/a.png"}, {"text": "black cat"}]
    inputs = {"query": {"text": "black cat"}, "documents": documents}
    body = {"model": "qwen3-vl-rerank", "input": inputs, "parameters": {"return_documents": True}}
    output = client.post(_RERANK, json=body).json()["output"]

    assert output["results"][0]["document"] == {"text": "black cat"}


def test_native_embeddings_have_their_size(client: httpx.Client) -> None:
    body = {
        "model": "text-embedding-v4",
        "input": {"texts": ["a", "b"]},
        "parameters": {"dimension": 64},
    }
    path = "/api/v1/services/embeddings/text-embedding/text-embedding"
    output = client.post(path, json=body).json()["output"]

    assert [len(item["embedding"]) for item in output["embeddings"]] == [64, 64]


def test_file_is_heard_by_a_task_that_is_polled(server: ModelServer, client: httpx.Client) -> None:
    server.answers = Answers.oracle({"https://host/a.wav": "good morning"})
    body = {"model": "qwen3-asr-flash-filetrans", "input": {"file_urls": ["https://host/a.wav"]}}
    begun = client.post("/api/v1/services/audio/asr/transcription", json=body).json()["output"]
    polls = [client.get(f"/api/v1/tasks/{begun['task_id']}").json()["output"] for _ in range(2)]
    result = client.get(polls[-1]["results"][0]["transcription_url"]).json()

    statuses = [begun["task_status"], *(poll["task_status"] for poll in polls)]
    assert statuses == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert result["transcripts"][0]["text"] == "good morning"


def test_task_that_never_was_is_not_found(client: httpx.Client) -> None:
    assert client.get("/api/v1/tasks/none").status_code == 404


def test_speech_comes_by_its_url(client: httpx.Client) -> None:
    body = {"model": "qwen3-tts-flash", "input": {"text": "Good morning", "voice": "Cherry"}}
    audio = client.post(_GENERATION, json=body).json()["output"]["audio"]

    assert client.get(audio["url"]).content[:4] == b"RIFF"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.RATE_LIMIT, 429, "Throttling.RateQuota"),
        (Fault.ARREARS, 400, "Arrearage"),
        (Fault.CONTENT_FILTER, 400, "DataInspectionFailed"),
        (Fault.UNAVAILABLE, 503, "ModelUnavailable"),
    ],
)
def test_error_has_its_code(
    server: ModelServer, client: httpx.Client, fault: Fault, status: int, code: str
) -> None:
    server.faults = Faults.play(fault)
    answer = client.post(_RERANK, json={"model": "m", "input": {"query": "q", "documents": ["d"]}})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_own_service_on_eas_takes_the_raw_token_only(server: ModelServer) -> None:
    server.answers = Answers.of(lambda question: {"topics": [question.data["text"]]})
    url = server.eas_url("topics")
    raw, bearer = (
        httpx.post(url, json={"text": "cats"}, headers={"Authorization": key}, timeout=60)
        for key in ("k", "Bearer k")
    )

    assert raw.json() == {"topics": ["cats"]}
    assert bearer.status_code == 401


def test_language_model_on_eas_takes_both_forms_of_the_token(server: ModelServer) -> None:
    url = f"{server.eas_url('llm')}/v1"
    ask: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    raw = httpx.post(f"{url}/chat/completions", json=ask, headers={"Authorization": "k"}, timeout=60)
    with openai.OpenAI(base_url=url, api_key="k", max_retries=0) as client:
        bearer = client.chat.completions.create(**ask)

    assert raw.json()["choices"][0]["message"]["content"] == bearer.choices[0].message.content
