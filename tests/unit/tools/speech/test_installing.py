"""A model is got whole or not at all, over a network that breaks off."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.fixtures.speech import MODEL
from tools.errors import InvalidInput, ServiceError, Unavailable
from tools.speech.installing import MODELS, install, installed

NAME = "vosk-small-en"
REAL = MODELS[NAME]


def archive(extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(MODEL.rglob("*")):
            if path.is_file():
                file.write(path, f"{REAL}/{path.relative_to(MODEL)}")
        for name, data in (extra or {}).items():
            file.writestr(name, data)
    return out.getvalue()


def names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


@dataclass
class Source:
    """Where models lie; what it does wrong."""

    data: bytes
    url: str = ""
    breaks_after: list[int] = field(default_factory=list[int])  #: Bytes, of one request after the other.
    md5: str = ""
    takes_ranges: bool = True
    ranges: list[str] = field(default_factory=list[str])


@contextmanager
def source(data: bytes, **wrong: object) -> Iterator[Source]:
    told = Source(data, **wrong)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith("model-list.json"):
                md5 = told.md5 or hashlib.md5(told.data, usedforsecurity=False).hexdigest()
                entry = {"name": REAL, "md5": md5, "size": len(told.data), "lang": "en-us"}
                self._send(200, json.dumps([{"name": "other"}, entry]).encode())
                return
            start = 0
            if (wanted := self.headers.get("Range")) and told.takes_ranges:
                told.ranges.append(wanted)
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self._send(206 if start else 200, told.data[start:])

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            is_model = not self.path.endswith("json")
            self.wfile.write(body[: told.breaks_after.pop(0)] if is_model and told.breaks_after else body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


async def test_a_model_is_downloaded_checked_and_unpacked(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with source(archive()) as told:
        path = await install(NAME, tmp_path, source=told.url, progress=lambda *at: seen.append(at))

    assert (path / "am" / "final.mdl").read_bytes() == (MODEL / "am" / "final.mdl").read_bytes()
    assert names(tmp_path) == [NAME]
    assert seen[-1] == (len(told.data), len(told.data))
    assert installed(tmp_path) == {"en": path}


async def test_a_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    with source(archive(), breaks_after=[100_000, 200_000]) as told:
        await install(NAME, tmp_path, source=told.url)

    assert told.ranges == ["bytes=100000-", "bytes=300000-"]


async def test_another_attempt_goes_on_where_the_last_one_gave_up(tmp_path: Path) -> None:
    with source(archive(), breaks_after=[1000] * 5) as told:
        with pytest.raises(Unavailable, match="broke off 5 times") as given_up:
            await install(NAME, tmp_path, source=told.url)
        path = await install(NAME, tmp_path, source=told.url)

    assert "goes on where it was" in given_up.value.hint
    assert told.ranges[-1] == "bytes=5000-"
    assert path.is_dir()


async def test_a_source_that_knows_no_ranges_is_asked_for_all(tmp_path: Path) -> None:
    with source(archive(), breaks_after=[1000], takes_ranges=False) as told:
        path = await install(NAME, tmp_path, source=told.url)

    assert path.is_dir()


@pytest.mark.parametrize("sha256", [None, "0" * 64])
async def test_a_file_with_another_checksum_is_thrown_away(tmp_path: Path, sha256: str | None) -> None:
    md5 = "0" * 32 if sha256 is None else ""
    with source(archive(), md5=md5) as told, pytest.raises(InvalidInput) as refused:
        await install(NAME, tmp_path, source=told.url, sha256=sha256)

    assert refused.value.code == "speech_model_damaged"
    assert names(tmp_path) == []


async def test_the_callers_own_checksum_is_the_one_that_counts(tmp_path: Path) -> None:
    data = archive()
    with source(data, md5="0" * 32) as told:
        path = await install(NAME, tmp_path, source=told.url, sha256=hashlib.sha256(data).hexdigest())

    assert path.is_dir()


@pytest.mark.parametrize("extra", [{"../evil": b"x"}, {"second/file": b"x"}])
async def test_an_archive_that_leaves_its_folder_is_refused(tmp_path: Path, extra: dict[str, bytes]) -> None:
    with source(archive(extra)) as told, pytest.raises(ServiceError):
        await install(NAME, tmp_path / "models", source=told.url)

    assert installed(tmp_path / "models") == {}
    assert not (tmp_path / "evil").exists()


async def test_a_model_that_is_there_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()

    assert await install(NAME, tmp_path, source="http://127.0.0.1:9") == tmp_path / NAME


async def test_no_network_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:9 does not answer"):
        await install(NAME, tmp_path, source="http://127.0.0.1:9")


async def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no model '\.\./x'"):
        await install("../x", tmp_path)


def test_a_chinese_model_is_found_by_its_language(tmp_path: Path) -> None:
    (tmp_path / "vosk-small-cn").mkdir()
    (tmp_path / "vosk-small-en.unpacking").mkdir()

    assert set(installed(tmp_path)) == {"zh"}
