"""Files go in and come out by their id, as downloads."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import Server, running
from tools.llm.transport import certificates

FILES = "/api/v1/files"
MEGABYTE = 1024 * 1024
MP4 = b"\0\0\0\x20ftypisom\0\0\x02\0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        PORT=0,
        DATA_DIR=tmp_path_factory.mktemp("data"),
        MAX_FILE_SIZE="1MiB",
        MAX_VIDEO_SIZE="3MiB",
        MAX_BODY_SIZE="1MiB",
        USER_QUOTA="20MiB",
    )  # type: ignore[call-arg, arg-type]
    with running(settings) as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, verify=certificates(), timeout=60) as client:
        yield client
        for file in (await client.get(FILES)).json()["files"]:
            await client.delete(f"{FILES}/{file['file_id']}")


async def put(client: httpx.AsyncClient, content: bytes, name: str = "x.txt") -> dict[str, Any]:
    answer = await client.post(FILES, params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def get(client: httpx.AsyncClient, file: dict[str, Any], **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get(f"{FILES}/{file['file_id']}/content", headers=named)


async def test_an_uploaded_file_comes_back(client: httpx.AsyncClient) -> None:
    file = await put(client, "文".encode(), "名字.txt")

    content = await get(client, file)

    assert (file["name"], file["size"], file["media_type"]) == ("名字.txt", 3, "text/plain")
    assert file["sha256"] == hashlib.sha256("文".encode()).hexdigest()
    assert content.content == "文".encode()
    assert (await client.get(f"{FILES}/{file['file_id']}")).json() == file


async def test_a_form_brings_a_file_with_its_name_and_how_long_it_is_kept(client: httpx.AsyncClient) -> None:
    data = bytes(range(256)) * 3000
    form = {"file": ("../名字.bin", data, "image/png")}

    made = await client.post(FILES, files=form, data={"retention": "temp"})

    file = made.json()
    assert made.headers["location"] == f"{FILES}/{file['file_id']}"
    assert (file["name"], file["media_type"]) == ("名字.bin", "application/octet-stream")
    assert (file["retention"], file["expires_at"] > file["created_at"]) == ("temp", True)
    assert (await get(client, file)).content == data


async def test_an_uploaded_page_cannot_run_in_this_origin(client: httpx.AsyncClient) -> None:
    for name, page in (("x.html", b"<script>alert(1)</script>"), ("x.svg", b"<svg onload=alert(1)>")):
        headers = (await get(client, await put(client, page, name))).headers

        assert headers["content-disposition"].startswith("attachment")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("sandbox")


@pytest.mark.parametrize(
    ("asked", "status", "expected", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=0-1", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
    ],
)
async def test_a_range_of_a_file(
    client: httpx.AsyncClient, asked: str, status: int, expected: bytes | None, content_range: str | None
) -> None:
    file = await put(client, b"0123456789")

    part = await get(client, file, Range=asked)

    assert (part.status_code, part.headers.get("content-range")) == (status, content_range)
    assert expected is None or part.content == expected


async def test_a_range_of_another_entity_is_the_whole_file(client: httpx.AsyncClient) -> None:
    file = await put(client, b"0123456789")
    etag = (await get(client, file)).headers["etag"]

    same = await get(client, file, Range="bytes=0-0", If_Range=etag)
    other = await get(client, file, Range="bytes=0-0", If_Range='"other"')

    assert (same.content, other.content) == (b"0", b"0123456789")


async def test_who_has_a_file_already_does_not_get_it_again(client: httpx.AsyncClient) -> None:
    file = await put(client, b"0123456789")
    etag = (await get(client, file)).headers["etag"]

    known = await get(client, file, If_None_Match=f'"other", W/{etag}')

    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    assert (await get(client, file, If_None_Match='"other"')).status_code == 200


async def test_head_tells_what_get_would(client: httpx.AsyncClient) -> None:
    file = await put(client, b"0123456789")

    head = await client.head(f"{FILES}/{file['file_id']}/content")

    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "10")


async def test_a_list_goes_from_page_to_page(client: httpx.AsyncClient) -> None:
    made = [(await put(client, str(number).encode()))["file_id"] for number in range(5)]
    found: list[str] = []
    after: dict[str, str] = {}

    for _ in range(3):
        page = (await client.get(FILES, params={"limit": 2} | after)).json()
        found += [file["file_id"] for file in page["files"]]
        after = {"after": page["next"]}

    assert (found, page["next"]) == (made[::-1], None)


async def test_a_deleted_file_is_gone_with_its_bytes(client: httpx.AsyncClient, server: Server) -> None:
    file = await put(client, b"gone with the wind")

    assert (await client.delete(f"{FILES}/{file['file_id']}")).status_code == 204

    assert (await get(client, file)).status_code == 404
    assert (await client.delete(f"{FILES}/{file['file_id']}")).status_code == 404
    folder = server.settings.data_dir / "files"
    assert not [path for path in folder.rglob("*") if file["sha256"] in path.name]


async def test_the_same_content_lies_there_once_until_nobody_needs_it(client: httpx.AsyncClient) -> None:
    first, second = await put(client, b"twice"), await put(client, b"twice", "other.txt")
    stats = (await client.get(f"{FILES}/stats")).json()
    assert (stats["files"], stats["size"], stats["stored"]) == (2, 10, 5)
    assert stats["by_media_type"] == {"text/plain": {"files": 2, "size": 10}}

    await client.delete(f"{FILES}/{first['file_id']}")

    assert (await get(client, second)).content == b"twice"


async def test_a_file_over_the_limit_is_a_413_that_names_the_limit(client: httpx.AsyncClient) -> None:
    response = await client.post(FILES, params={"name": "x.txt"}, content=b"x" * (MEGABYTE + 1))

    assert response.status_code == 413
    assert "1048576 bytes" in response.json()["detail"]
    assert "MAX_FILE_SIZE" in response.json()["hint"]


async def test_a_video_has_a_limit_of_its_own(client: httpx.AsyncClient) -> None:
    await put(client, MP4 + bytes(2 * MEGABYTE), "x.mp4")

    longer = await client.post(FILES, content=MP4 + bytes(3 * MEGABYTE))
    named = await client.post(FILES, params={"name": "x.mp4"}, content=b"x" * 2 * MEGABYTE)

    assert (longer.status_code, longer.json()["hint"]) == (
        413,
        "Send a smaller file, or raise MAX_VIDEO_SIZE.",
    )
    assert named.status_code == 413


async def test_nobody_has_more_than_their_quota(client: httpx.AsyncClient) -> None:
    for number in range(20):
        await put(client, bytes([number]) * (MEGABYTE - 1))

    over = await client.post(FILES, content=b"x" * 30)

    assert (over.status_code, over.json()["error"]) == (413, "quota_exceeded")
    assert (await client.get(f"{FILES}/stats")).json()["files"] == 20


async def test_a_client_that_is_still_sending_gets_its_413(client: httpx.AsyncClient) -> None:
    async def long_body() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * MEGABYTE

    for content in (long_body(), b"x" * 30 * MEGABYTE):
        response = await client.post("/runs/wait", content=content)

        assert (response.status_code, response.json()["error"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "file_id", ["nope", "01a202b9-956b-718b-9838-ab222cb53cd7", "..%2F..%2Fetc%2Fpasswd"]
)
async def test_an_unknown_file_is_a_404(client: httpx.AsyncClient, file_id: str) -> None:
    response = await client.get(f"{FILES}/{file_id}/content")

    assert response.status_code == 404


async def test_a_local_folder_gives_no_links(client: httpx.AsyncClient) -> None:
    file = await put(client, b"text")

    link = await client.get(f"{FILES}/{file['file_id']}/link")
    direct = await client.post("/api/v1/uploads/direct", json={"name": "x", "size": 1})

    assert (link.status_code, direct.status_code) == (409, 409)
