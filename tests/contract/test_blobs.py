"""Every storage backend keeps what it is given, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.fixtures.oss_server import OssServer, oss_server
from tools.errors import NotFound, Unavailable
from tools.storage.blobs import Blobs
from tools.storage.local_blobs import LocalBlobs
from tools.storage.oss import OssBlobs

OWNER = "0123456789abcdef"
DATA = bytes(i % 253 for i in range(700_000))


@pytest.fixture
def server() -> Iterator[OssServer]:
    with oss_server() as server:
        yield server


def bucket(server: OssServer, **about: str) -> OssBlobs:
    known = {
        "bucket": server.bucket,
        "region": server.region,
        "endpoint": server.url,
        "access_key_id": server.key_id,
        "access_key_secret": server.key_secret,
    }
    return OssBlobs(**(known | about))


@pytest.fixture(params=["local", "oss"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "local":
        return LocalBlobs(tmp_path / "blobs")
    return bucket(request.getfixturevalue("server"))


async def put(blobs: Blobs, folder: Path, key: str, data: bytes = DATA) -> None:
    source = folder / key.replace("/", "-")
    source.write_bytes(data)
    await blobs.put(key, source)
    assert not source.exists()


async def joined(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def test_what_was_put_comes_back_whole(blobs: Blobs, tmp_path: Path) -> None:
    await put(blobs, tmp_path, f"{OWNER}/one")

    assert await blobs.size(f"{OWNER}/one") == len(DATA)
    assert await joined(blobs.read(f"{OWNER}/one")) == DATA


@pytest.mark.parametrize(("start", "length"), [(0, 10), (300_000, 1), (699_990, None), (5, 400_000), (7, 0)])
async def test_a_part_is_read(blobs: Blobs, tmp_path: Path, start: int, length: int | None) -> None:
    await put(blobs, tmp_path, f"{OWNER}/one")

    part = await joined(blobs.read(f"{OWNER}/one", start=start, length=length))

    assert part == DATA[start : None if length is None else start + length]


async def test_an_empty_file_is_a_file(blobs: Blobs, tmp_path: Path) -> None:
    await put(blobs, tmp_path, f"{OWNER}/empty", b"")

    assert (await blobs.size(f"{OWNER}/empty"), await joined(blobs.read(f"{OWNER}/empty"))) == (0, b"")


async def test_what_was_deleted_is_not_there(blobs: Blobs, tmp_path: Path) -> None:
    await put(blobs, tmp_path, f"{OWNER}/one")

    await blobs.delete(f"{OWNER}/one")
    await blobs.delete(f"{OWNER}/one")

    with pytest.raises(NotFound):
        await blobs.size(f"{OWNER}/one")
    with pytest.raises(NotFound):
        await joined(blobs.read(f"{OWNER}/one"))


async def test_keys_are_listed_with_those_before_a_moment(blobs: Blobs, tmp_path: Path) -> None:
    names = {f"{OWNER}/{number}" for number in range(8)}
    for name in names:
        await put(blobs, tmp_path, name, b"x")
    later, earlier = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(hours=1)

    assert {key async for key in blobs.keys()} == names  # noqa: SIM118 - this is no dict
    assert {key async for key in blobs.keys(before=later)} == names
    assert {key async for key in blobs.keys(before=earlier)} == set()


async def test_many_write_and_read_at_once(blobs: Blobs, tmp_path: Path) -> None:
    async def there_and_back(number: int) -> bool:
        data = str(number).encode() * 50_000
        await put(blobs, tmp_path, f"{OWNER}/{number}", data)
        return await joined(blobs.read(f"{OWNER}/{number}")) == data

    assert all(await asyncio.gather(*(there_and_back(number) for number in range(20))))


@pytest.mark.parametrize(
    "key", ["", "x", "../x", "a/../b", "/etc/passwd", "a//b", "a/b\0", "A/b", "a/.hidden"]
)
async def test_what_is_no_key_never_reaches_the_storage(blobs: Blobs, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        await blobs.size(key)


async def test_a_check_leaves_nothing(blobs: Blobs) -> None:
    await blobs.check()

    assert [key async for key in blobs.keys()] == []  # noqa: SIM118 - this is no dict


async def test_a_link_downloads_under_the_files_name(server: OssServer, tmp_path: Path) -> None:
    blobs = bucket(server)
    await put(blobs, tmp_path, f"{OWNER}/one")

    link = blobs.download_link(
        f"{OWNER}/one", name="名字.txt", media_type="text/plain", lasting=timedelta(minutes=5)
    )

    assert link is not None
    async with httpx.AsyncClient() as http:
        got = await http.get(link.url, headers=link.headers)
        other = await http.get(link.url.replace("/one", "/two"))
    assert (got.content, got.headers["content-type"]) == (DATA, "text/plain")
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E5")
    assert other.status_code == 403


async def test_a_link_uploads_as_many_bytes_as_it_says(server: OssServer) -> None:
    blobs = bucket(server)
    link = blobs.upload_link(f"{OWNER}/direct", size=4, lasting=timedelta(minutes=5))
    assert link is not None

    async with httpx.AsyncClient() as http:
        longer = await http.request(link.method, link.url, content=b"longer")
        right = await http.request(link.method, link.url, headers=link.headers, content=b"text")

    assert (longer.status_code, right.status_code) == (403, 200)
    assert await joined(blobs.read(f"{OWNER}/direct")) == b"text"


async def test_a_link_is_over_after_its_time(server: OssServer, tmp_path: Path) -> None:
    blobs = bucket(server)
    await put(blobs, tmp_path, f"{OWNER}/one")
    link = blobs.download_link(
        f"{OWNER}/one", name="x", media_type="text/plain", lasting=timedelta(seconds=-1)
    )

    assert link is not None
    async with httpx.AsyncClient() as http:
        assert (await http.get(link.url)).status_code == 403


@pytest.mark.parametrize(
    "about", [{"access_key_secret": "wrong"}, {"region": "cn-beijing"}, {"bucket": "others"}]
)
async def test_a_refusal_of_oss_is_no_missing_file(server: OssServer, about: dict[str, str]) -> None:
    with pytest.raises(Unavailable) as caught:
        await bucket(server, **about).size(f"{OWNER}/one")

    assert "wrong" not in caught.value.message
