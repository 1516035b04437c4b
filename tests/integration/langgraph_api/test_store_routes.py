"""The store over HTTP, as the captures of the official server have it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import running
from tools.llm.transport import certificates


@pytest.fixture
def root() -> str:
    """A label below which no other test's documents are."""
    return uuid4().hex


async def put(client: httpx.AsyncClient, namespace: list[str], key: str, value: Any, **more: Any) -> None:
    body = {"namespace": namespace, "key": key, "value": value, **more}
    response = await client.put("/store/items", json=body)
    assert (response.status_code, response.content) == (204, b""), response.text


async def search(client: httpx.AsyncClient, *prefix: str, **more: Any) -> list[dict[str, Any]]:
    response = await client.post("/store/items/search", json={"namespace_prefix": prefix, **more})
    assert response.status_code == 200, response.text
    return response.json()["items"]


async def test_a_document_can_be_read_by_its_place(project_client: httpx.AsyncClient, root: str) -> None:
    await put(project_client, [root, "u1"], "prefs", {"color": "red", "n": 1})

    item = (await project_client.get(f"/store/items?namespace={root}.u1&key=prefs")).json()

    assert list(item) == ["namespace", "key", "value", "created_at", "updated_at"]
    assert (item["namespace"], item["key"]) == ([root, "u1"], "prefs")
    assert item["value"] == {"color": "red", "n": 1}


async def test_putting_again_replaces_and_keeps_the_time_of_making(
    project_client: httpx.AsyncClient, root: str
) -> None:
    place = f"/store/items?namespace={root}&key=k"
    await put(project_client, [root], "k", {"a": 1})
    first = (await project_client.get(place)).json()

    await put(project_client, [root], "k", {"b": 2})

    second = (await project_client.get(place)).json()
    assert (second["value"], second["created_at"]) == ({"b": 2}, first["created_at"])
    assert second["updated_at"] > first["updated_at"]


async def test_a_missing_document_is_null(project_client: httpx.AsyncClient, root: str) -> None:
    response = await project_client.get(f"/store/items?namespace={root}&key=nope")

    assert (response.status_code, response.json()) == (200, None)


async def test_reading_without_a_key_is_told_as_officially(project_client: httpx.AsyncClient) -> None:
    response = await project_client.get("/store/items?namespace=users.u1")

    assert (response.status_code, response.json()) == (400, {"error": "Key is required"})


async def test_a_deleted_document_is_gone_and_may_be_deleted_again(
    project_client: httpx.AsyncClient, root: str
) -> None:
    await put(project_client, [root], "k", {})
    body = {"namespace": [root], "key": "k"}

    statuses = [
        (await project_client.request("DELETE", "/store/items", json=body)).status_code for _ in range(2)
    ]

    assert statuses == [204, 204]
    assert await search(project_client, root) == []


@pytest.mark.parametrize("label", ["a.b", ""])
@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("PUT", "/store/items", "namespace"),
        ("DELETE", "/store/items", "namespace"),
        ("POST", "/store/items/search", "namespace_prefix"),
        ("POST", "/store/namespaces", "prefix"),
        ("POST", "/store/namespaces", "suffix"),
    ],
)
async def test_a_wrong_label_is_told_as_plain_text(
    project_client: httpx.AsyncClient, method: str, path: str, field: str, label: str
) -> None:
    body = {field: [label], "key": "k", "value": {}}

    response = await project_client.request(method, path, json=body)

    problem = f"Namespace label '{label}' must be a non-empty string without periods"
    assert (response.status_code, response.text) == (422, problem)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"value": None}, 422),
        ({"key": ""}, 422),
        ({"key": "a\x00"}, 422),
        ({"namespace": []}, 400),
        ({"namespace": ["langgraph"]}, 400),
        ({"ttl": 0}, 422),
    ],
)
async def test_a_document_that_cannot_be_kept_is_refused(
    project_client: httpx.AsyncClient, root: str, change: Any, status: int
) -> None:
    body = {"namespace": [root], "key": "k", "value": {}} | change

    assert (await project_client.put("/store/items", json=body)).status_code == status


async def test_documents_are_listed_with_a_score(project_client: httpx.AsyncClient, root: str) -> None:
    await put(project_client, [root, "u1"], "prefs", {"color": "red"})
    await put(project_client, [root, "u2"], "prefs", {"color": "blue"}, index=False, ttl=60)

    items = await search(project_client, root)

    assert [item["namespace"][1] for item in items] == ["u1", "u2"]
    assert {item["score"] for item in items} == {None}


async def test_documents_are_filtered_and_paged(project_client: httpx.AsyncClient, root: str) -> None:
    for number in range(5):
        await put(project_client, [root], str(number), {"n": number, "even": number % 2 == 0})

    even = await search(project_client, root, filter={"even": True})
    big = await search(project_client, root, filter={"n": {"$gt": 1}}, limit=2, offset=1)

    assert [item["key"] for item in even] == ["0", "2", "4"]
    assert [item["key"] for item in big] == ["3", "4"]


async def test_an_unknown_operator_is_refused(project_client: httpx.AsyncClient) -> None:
    body = {"namespace_prefix": [], "filter": {"n": {"$near": 1}}}

    response = await project_client.post("/store/items/search", json=body)

    assert (response.status_code, response.json()["detail"]) == (422, "filter: Unsupported operator: $near")


async def test_a_query_without_an_index_ranks_nothing(project_client: httpx.AsyncClient, root: str) -> None:
    await put(project_client, [root], "a", {"text": "blue"})
    await put(project_client, [root], "b", {"text": "red"})

    items = await search(project_client, root, query="red")

    assert [(item["key"], item["score"]) for item in items] == [("a", None), ("b", None)]


async def test_namespaces_are_listed(project_client: httpx.AsyncClient, root: str) -> None:
    for labels in (["u1", "notes"], ["u2", "notes"], ["u2", "drafts", "old"]):
        await put(project_client, [root, *labels], "k", {})

    async def listed(**body: Any) -> list[list[str]]:
        response = await project_client.post("/store/namespaces", json={"prefix": [root], **body})
        return [labels[1:] for labels in response.json()["namespaces"]]

    assert await listed() == [["u1", "notes"], ["u2", "drafts", "old"], ["u2", "notes"]]
    assert await listed(max_depth=2) == [["u1"], ["u2"]]
    assert await listed(suffix=["notes"]) == [["u1", "notes"], ["u2", "notes"]]
    assert await listed(prefix=[root, "*", "drafts"]) == [["u2", "drafts", "old"]]
    assert await listed(limit=1, offset=1) == [["u2", "drafts", "old"]]


async def test_nodes_find_the_store_in_their_runtime(project_client: httpx.AsyncClient) -> None:
    note = uuid4().hex
    body = {"assistant_id": "memory", "input": {"note": note}}

    outcome = (await project_client.post("/runs/wait", json=body)).json()

    item = (await project_client.get("/store/items?namespace=notes&key=last")).json()
    assert outcome["remembered"] == item["value"] == {"text": note}


def embed(texts: list[str]) -> list[list[float]]:
    """How often two words are in a text."""
    return [[float(text.count("red")), float(text.count("blue"))] for text in texts]


async def test_a_store_with_an_index_ranks_by_meaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    index = {"dims": 2, "embed": "test_store_routes:embed", "fields": ["text"]}
    settings = Settings(PORT=0, DATA_DIR=tmp_path, LANGGRAPH_STORE={"index": index})  # type: ignore[call-arg, arg-type]
    with running(settings) as server:
        async with httpx.AsyncClient(base_url=server.url, verify=certificates()) as client:
            await put(client, ["a"], "sea", {"text": "blue"})
            await put(client, ["a"], "fire", {"text": "red"})

            items = await search(client, "a", query="red")

    assert [(item["key"], item["score"]) for item in items] == [("fire", 1.0), ("sea", 0.0)]
