"""Files by id in a local folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tools.errors import InputTooLarge, InvalidInput, NotFound
from tools.storage import base
from tools.storage.local import LocalStorage


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_file_comes_back_as_it_was_given(storage: LocalStorage) -> None:
    file = await storage.write(b"text", name="book.txt")

    assert await storage.read(file.file_id) == b"text"
    assert await storage.describe(file.file_id) == file
    assert (file.name, file.size, file.media_type) == ("book.txt", 4, "text/plain")


async def test_a_streamed_file_over_the_limit_leaves_nothing(storage: LocalStorage, tmp_path: Path) -> None:
    with pytest.raises(InputTooLarge, match="limit of 5 bytes"):
        await storage.write_stream(chunks(b"123", b"456"), name="x", max_bytes=5)

    assert list((tmp_path / "files").iterdir()) == []


@pytest.mark.parametrize(
    "file_id", ["", "..", "../etc/passwd", "a" * 400, "01a202b9-956b-718b-9838-ab222cb53cd7", "/"]
)
async def test_an_id_is_never_a_path(storage: LocalStorage, file_id: str) -> None:
    with pytest.raises(NotFound):
        await storage.read(file_id)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x.txt", "x.txt"),
        ("C:\\a\\b.txt", "b.txt"),
        ("a\x00b\n.txt", "ab.txt"),
        ("/", "file"),
        ("名字.txt", "名字.txt"),
    ],
)
async def test_a_name_keeps_no_path_and_no_control_characters(
    storage: LocalStorage, given: str, kept: str
) -> None:
    assert (await storage.write(b"", name=given)).name == kept


async def test_a_deleted_file_is_gone(storage: LocalStorage) -> None:
    file = await storage.write(b"text", name="x")

    await storage.delete(file.file_id)

    with pytest.raises(NotFound):
        await storage.describe(file.file_id)


def test_a_storage_is_bound_only_inside_its_block(storage: LocalStorage) -> None:
    with base.bind(storage):
        assert base.current() is storage

    assert base.bound() is None
    with pytest.raises(InvalidInput, match="no file storage is bound"):
        base.current()
