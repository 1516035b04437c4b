"""The job `characters` through the server: files, events, results, and what is refused."""

import json
from typing import Any

import httpx
import pytest

SCENE = "\r\n\r\n".join(
    [
        "“Where is the lamp?” asked Martha Finch.",
        "“On the shelf,” said Peter Finch. “You left it there.”",
        "“So I did,” said Martha. She laughed at Peter.",
        "“You forget everything, Martha,” said Peter. 😀",
    ]
)


async def upload(client: httpx.AsyncClient, name: str, data: bytes) -> str:
    return (await client.post("/api/v1/files", params={"name": name}, content=data)).json()["file_id"]


async def run(client: httpx.AsyncClient, **given: Any) -> httpx.Response:
    return await client.post("/runs/wait", json={"assistant_id": "characters", "input": given})


def spoken(result: dict[str, Any], text: str) -> list[str]:
    return [text[quote["start"] : quote["end"]] for quote in result["quotes"]]


async def test_quotations_are_code_points_of_the_text_as_given(own_client: httpx.AsyncClient) -> None:
    result = (await run(own_client, text=SCENE)).json()

    assert spoken(result, SCENE) == [quote["text"] for quote in result["quotes"]]
    assert [quote["speaker"] for quote in result["quotes"]] == ["Martha", "Peter", "Peter", "Martha", "Peter"]
    assert (result["mode"], result["language"]) == ("offline", "en")
    assert [warning["code"] for warning in result["warnings"]] == ["offline"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_a_files_decoded_text_can_be_fetched_by_its_id(
    own_client: httpx.AsyncClient, encoding: str
) -> None:
    file_id = await upload(own_client, "book.txt", SCENE.encode(encoding))

    result = (await run(own_client, file_id=file_id)).json()
    text = (await own_client.get(f"/api/v1/files/{result['text_file_id']}/content")).content.decode()

    assert spoken(result, text) == [quote["text"] for quote in result["quotes"]]
    assert len(result["quotes"]) == 5


async def test_progress_goes_through_every_stage_and_never_back(own_client: httpx.AsyncClient) -> None:
    body = {"assistant_id": "characters", "input": {"text": SCENE}, "stream_mode": ["custom"]}

    response = await own_client.post("/runs/stream", json=body)

    lines = [line[6:] for line in response.text.split("\r\n") if line.startswith("data: ")]
    events = [event for event in map(json.loads, lines) if event.get("type") == "progress"]
    stages = list(dict.fromkeys(event["stage"] for event in events))
    assert stages == [
        "read",
        "chapters",
        "quotations",
        "names",
        "aliases",
        "attribution",
        "relations",
        "result",
    ]
    for stage in stages:
        done = [event["done"] for event in events if event["stage"] == stage]
        assert done == sorted(done)
        assert done[-1] == next(event["total"] for event in events if event["stage"] == stage)


async def test_a_second_run_on_a_thread_inherits_nothing_of_the_first(own_client: httpx.AsyncClient) -> None:
    thread = (await own_client.post("/threads", json={})).json()["thread_id"]
    other = "“Good night,” said Agnes Vane.\n\n“Good night,” said Hugh Vane. “Sleep well, Agnes.”\n"
    for text in (SCENE, other):
        body = {"assistant_id": "characters", "input": {"text": text}}
        result = (await own_client.post(f"/threads/{thread}/runs/wait", json=body)).json()

    assert "Martha" not in json.dumps(result)
    assert [warning["code"] for warning in result["warnings"]] == ["offline"]


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("empty.txt", b"", 422, "empty_input"),
        ("blank.txt", b" \n\n\t", 422, "empty_input"),
        ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(100), 422, "binary_input"),
        ("zeros.txt", bytes(range(256)) * 4, 422, "binary_input"),
        ("book.pdf", b"%PDF-1.7 ...", 422, None),
        (
            "russian.txt",
            "Все счастливые семьи похожи друг на друга. ".encode() * 9,
            422,
            "unsupported_language",
        ),
        (
            "quiet.txt",
            b"The wind was low and nobody spoke in the long grey field. " * 9,
            422,
            "no_quotations",
        ),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_before_a_run_starts(
    own_client: httpx.AsyncClient, name: str, data: bytes, status: int, code: str | None
) -> None:
    response = await run(own_client, file_id=await upload(own_client, name, data))

    body = response.json()
    assert response.status_code == status
    assert code in (None, body["error"])
    assert body["detail"]
    assert body["hint"]
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "invalid_input"),
        ({"text": SCENE, "file_id": "x"}, "invalid_input"),
        ({"file_id": "nope"}, "unknown_file"),
        ({"text": SCENE, "nope": 1}, "unknown_option"),
        ({"text": SCENE, "options": {"nope": 1}}, "unknown_option"),
        ({"text": SCENE, "language": "fr"}, "invalid_input"),
        ({"text": SCENE, "options": {"max_characters": 0}}, "invalid_input"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_an_input_with_a_wrong_field_is_refused_with_its_code(
    own_client: httpx.AsyncClient, given: dict[str, Any], code: str
) -> None:
    response = await run(own_client, **given)

    assert (response.status_code // 100, response.json()["error"]) == (4, code)


@pytest.mark.parametrize("given", [None, "text", ["text"], 7])
async def test_an_input_that_is_no_object_is_refused(own_client: httpx.AsyncClient, given: object) -> None:
    response = await own_client.post("/runs/wait", json={"assistant_id": "characters", "input": given})

    assert (response.status_code, response.json()["error"]) == (422, "invalid_input")
    assert "must be an object" in response.json()["detail"]
