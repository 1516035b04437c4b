"""Uploads in parts, as tus 1.0.0 says."""

import base64
import hashlib
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlparse

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import Server, running
from tools.llm.transport import certificates

UPLOADS = "/api/v1/uploads"
PART = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        PORT=0, DATA_DIR=tmp_path_factory.mktemp("data"), MAX_FILE_SIZE="1MiB", MAX_VIDEO_SIZE="2MiB"
    )  # type: ignore[call-arg, arg-type]
    with running(settings) as server:
        yield server


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=server.url, verify=certificates(), timeout=30, headers={"Tus-Resumable": "1.0.0"}
    ) as client:
        yield client


def begin(http: httpx.Client, length: int, **metadata: str) -> str:
    encoded = ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items()
    )
    made = http.post(UPLOADS, headers={"Upload-Length": str(length), "Upload-Metadata": encoded})
    assert made.status_code == 201, made.text
    return made.headers["location"]


def append(http: httpx.Client, place: str, offset: int, data: bytes, **more: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return http.patch(place, content=data, headers=PART | {"Upload-Offset": str(offset)} | named)


def offset(http: httpx.Client, place: str) -> int:
    return int(http.head(place).headers["upload-offset"])


def content(http: httpx.Client, answer: httpx.Response) -> bytes:
    return http.get(f"{answer.headers['content-location']}/content").content


def test_what_is_spoken_is_told_to_everybody(server: Server) -> None:
    told = httpx.options(server.url + UPLOADS).headers

    assert (told["tus-version"], told["tus-extension"]) == ("1.0.0", "creation,termination,checksum")
    assert told["tus-checksum-algorithm"] == "sha256,sha1,md5"
    assert told["tus-max-size"] == str(2 * 1024 * 1024)


def test_a_file_arrives_in_parts(http: httpx.Client) -> None:
    place = begin(http, 10, filename="名字.txt", retention="temp")

    first = append(http, place, 0, b"01234")
    half = http.head(place).headers
    last = append(http, place, 5, b"56789")

    assert (first.status_code, first.headers["upload-offset"]) == (204, "5")
    assert (half["upload-offset"], half["upload-length"], half["cache-control"]) == ("5", "10", "no-store")
    assert content(http, last) == b"0123456789"
    file = http.get(last.headers["content-location"]).json()
    assert (file["name"], file["retention"], offset(http, place)) == ("名字.txt", "temp", 10)
    assert http.get(place).json()["file_id"] == file["file_id"]


def test_an_empty_file_needs_no_part(http: httpx.Client) -> None:
    place = begin(http, 0)

    assert http.get(place).json()["file_id"] is not None


def test_an_upload_that_was_cut_goes_on_where_it_was(http: httpx.Client, server: Server) -> None:
    data = b"0123456789" * 100_000
    place = begin(http, len(data))
    head = f"PATCH {place} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
    head += f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(data)}\r\n\r\n"
    address = urlparse(server.url)
    with socket.create_connection((address.hostname, address.port)) as cut:
        cut.sendall(head.encode() + data[:600_000])
        while not offset(http, place):
            pass
        assert append(http, place, offset(http, place), b"x").status_code == 423
    while append(http, place, offset(http, place), b"").status_code == 423:
        pass
    got = offset(http, place)

    last = append(http, place, got, data[got:])

    assert 0 < got <= 600_000
    assert content(http, last) == data


@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "md5"])
def test_a_part_with_another_checksum_is_dropped(http: httpx.Client, algorithm: str) -> None:
    place = begin(http, 4)
    digest = base64.b64encode(hashlib.new(algorithm, b"good").digest()).decode()

    wrong = append(http, place, 0, b"evil", Upload_Checksum=f"{algorithm} {digest}")
    assert (wrong.status_code, offset(http, place)) == (460, 0)
    right = append(http, place, 0, b"good", Upload_Checksum=f"{algorithm} {digest}")

    assert content(http, right) == b"good"


@pytest.mark.parametrize("at", [0, 4, 6, 99])
def test_a_part_at_another_offset_is_refused(http: httpx.Client, at: int) -> None:
    place = begin(http, 10)
    append(http, place, 0, b"01234")

    lying = append(http, place, at, b"xxxxx")

    assert (lying.status_code, offset(http, place)) == (409, 5)


def test_a_part_that_is_too_long_is_dropped(http: httpx.Client) -> None:
    place = begin(http, 10)

    answer = append(http, place, 0, b"x" * 11)

    assert (answer.status_code, offset(http, place)) == (413, 0)


def test_an_upload_can_be_given_up(http: httpx.Client, server: Server) -> None:
    place = begin(http, 10)
    append(http, place, 0, b"01234")

    assert http.delete(place).status_code == 204

    assert http.head(place).status_code == 404
    assert append(http, place, 5, b"56789").status_code == 404
    name = place.rsplit("/", 1)[1]
    assert not list(server.settings.data_dir.rglob(f"*{name}*"))


HEADERS: list[tuple[str, dict[str, str], int]] = [
    ("no version", {"Tus-Resumable": ""}, 412),
    ("another version", {"Tus-Resumable": "0.2.2"}, 412),
    ("no length", {}, 400),
    ("a negative length", {"Upload-Length": "-1"}, 400),
    ("no number", {"Upload-Length": "1e3"}, 400),
    ("a length to come", {"Upload-Defer-Length": "1"}, 400),
    ("too long", {"Upload-Length": str(2 * 1024 * 1024 + 1)}, 413),
    ("no base64", {"Upload-Length": "1", "Upload-Metadata": "filename ~~~"}, 400),
    ("a key twice", {"Upload-Length": "1", "Upload-Metadata": "filename YQ==,filename Yg=="}, 400),
    ("an unknown retention", {"Upload-Length": "1", "Upload-Metadata": "retention Zm9yZXZlcg=="}, 422),
]


@pytest.mark.parametrize(("_", "headers", "status"), HEADERS, ids=[case[0] for case in HEADERS])
def test_an_upload_with_wrong_headers_is_not_begun(
    http: httpx.Client, _: str, headers: dict[str, str], status: int
) -> None:
    assert http.post(UPLOADS, headers=headers).status_code == status


WRONG_PARTS: list[tuple[str, dict[str, Any], int]] = [
    ("another type", {"Content-Type": "application/octet-stream"}, 415),
    ("no offset", {"Upload-Offset": ""}, 400),
    ("an unknown algorithm", {"Upload-Checksum": "crc32 AAAA"}, 400),
    ("a digest that is no base64", {"Upload-Checksum": "md5 ~~"}, 400),
    ("another version", {"Tus-Resumable": "2.0"}, 412),
]


@pytest.mark.parametrize(("_", "headers", "status"), WRONG_PARTS, ids=[case[0] for case in WRONG_PARTS])
def test_a_part_with_wrong_headers_is_refused(
    http: httpx.Client, _: str, headers: dict[str, str], status: int
) -> None:
    place = begin(http, 4)

    answer = http.patch(place, content=b"text", headers=PART | {"Upload-Offset": "0"} | headers)

    assert (answer.status_code, offset(http, place)) == (status, 0)


def test_a_program_is_refused_by_its_first_part(http: httpx.Client) -> None:
    place = begin(http, 1024 * 1024, filename="holiday.jpg")

    answer = append(http, place, 0, b"\x7fELF" + bytes(5000))

    assert answer.status_code == 415
    assert http.head(place).status_code == 404


def test_what_is_no_video_has_not_its_limit(http: httpx.Client) -> None:
    place = begin(http, 2 * 1024 * 1024, filename="x.mp4")

    assert append(http, place, 0, b"x" * 5000).status_code == 413
    assert http.head(place).status_code == 404
