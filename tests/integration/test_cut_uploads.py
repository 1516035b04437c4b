"""Uploads whose request is given up, or whose end fails: what has arrived counts, once."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from server.db.session import Database
from server.files.library import FileLibrary
from server.files.limits import FileLimits
from server.files.uploads import Uploads
from tests.fixtures.giving_up import given_up_after
from tools.storage.local_blobs import LocalBlobs
from tools.storage.spool import BUFFER, PREFIX

DATA = b"".join(number.to_bytes(4, "big") for number in range(BUFFER))  # four full buffers


@pytest.fixture
def uploads(database: Database, tmp_path: Path) -> Uploads:
    limits = FileLimits(max_file_size=2 * len(DATA), max_video_size=2 * len(DATA))
    blobs = LocalBlobs(tmp_path / "kept")
    return Uploads(
        database=database,
        files=FileLibrary(database=database, blobs=blobs, incoming=tmp_path / "incoming", limits=limits),
    )


class Request:
    """One request that brings all that is missing of an upload."""

    def __init__(self, uploads: Uploads, upload_id: str, offset: int) -> None:
        self._data = DATA[offset:]
        self._sent = asyncio.Event()
        self._part = uploads.files.incoming / f"{PREFIX}{upload_id}"
        self._task = asyncio.create_task(uploads.append(upload_id, self._chunks(), owner="me", offset=offset))

    async def _chunks(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._data), BUFFER):
            yield self._data[at : at + BUFFER]
        self._sent.set()

    async def end(self) -> None:
        await self._task

    async def given_up_writing(self) -> None:
        """Give it up as soon as it has written something, before it knows that it has."""
        while not self._part.stat().st_size:  # noqa: ASYNC110 - a thread writes it, and tells the loop later
            await asyncio.sleep(0)
        self._task.cancel()
        await asyncio.wait({self._task})
        assert self._task.cancelled()

    async def given_up_after(self, turns: int) -> bool:
        """Give it up so many turns of the loop after its last byte; whether it had not ended by itself."""
        await self._sent.wait()
        return await given_up_after(turns, self._task)


async def begin(uploads: Uploads) -> str:
    upload = await uploads.begin(owner="me", name="numbers.bin", length=len(DATA), retention="temp")
    return upload.upload_id


async def content(uploads: Uploads, file_id: str) -> bytes:
    file = await uploads.files.get(file_id, reader="me")
    return b"".join([chunk async for chunk in uploads.files.read(file)])


async def test_a_request_given_up_while_it_writes_has_brought_each_byte_once(uploads: Uploads) -> None:
    upload_id = await begin(uploads)
    await Request(uploads, upload_id, 0).given_up_writing()

    state = await uploads.state(upload_id, owner="me")
    await Request(uploads, upload_id, state.offset).end()

    assert await content(uploads, upload_id) == DATA


async def test_a_request_given_up_at_its_end_leaves_an_upload_or_a_file(uploads: Uploads) -> None:
    for number in count():
        upload_id = await begin(uploads)
        was_running = await Request(uploads, upload_id, 0).given_up_after(2**number - 1)

        state = await uploads.state(upload_id, owner="me")

        assert state.offset == len(DATA)
        assert await content(uploads, upload_id) == DATA
        assert not await uploads.of_owner("me")
        await uploads.files.remove(upload_id)
        if not was_running:
            break

    assert number > 5, "hardly any moment was tried"


async def test_an_upload_whose_end_failed_becomes_a_file_when_it_is_asked_for(
    uploads: Uploads, tmp_path: Path
) -> None:
    upload_id = await begin(uploads)
    (tmp_path / "kept").write_text("no folder can be made here")
    with pytest.raises(OSError, match="kept"):
        await Request(uploads, upload_id, 0).end()
    (tmp_path / "kept").unlink()

    state = await uploads.state(upload_id, owner="me")

    assert state.offset == state.length
    assert await content(uploads, upload_id) == DATA
