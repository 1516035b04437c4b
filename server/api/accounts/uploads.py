"""Uploads that can be resumed, and uploads that go to the storage itself, by a signed link.

The former speak tus 1.0.0 (https://tus.io/protocols/resumable-upload) with its extensions creation,
termination and checksum.
"""

import base64
import binascii
import re
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

from server.api.accounts.files import file_json, parse_retention
from server.api.deps import Open, canonical_uuid
from server.api.langgraph.answers import json_answer
from server.db.models import Retention
from server.files import ownership
from server.files.uploads import Checksum, State
from tools.errors import InvalidInput

router = APIRouter(prefix="/api/v1/uploads", tags=["files"])

VERSION = "1.0.0"
ALGORITHMS = ("sha256", "sha1", "md5")
_TUS = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
_NUMBER = re.compile(r"\d{1,15}")


class DirectUpload(BaseModel):
    """A file that a client wants to put into the storage itself."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("file", max_length=255)
    size: int = Field(ge=1)  #: Bytes.
    retention: Retention = "inputs"


async def speaks_tus(request: Request) -> None:
    """Raise for a client of another version; what it may speak is in the answer to OPTIONS."""
    if request.headers.get("tus-resumable") != VERSION:
        raise InvalidInput(
            f"The header Tus-Resumable is not {VERSION}.",
            hint=f"Speak tus {VERSION}.",
            code="wrong_tus_version",
        )


async def upload_id(upload_id: str) -> str:
    """The upload's id of the path, in its canonical form."""
    return canonical_uuid(upload_id, "upload")


UploadId = Annotated[str, Depends(upload_id)]
Tus = Depends(speaks_tus)


@router.options("", status_code=204, response_class=Response)
async def options(resources: Open) -> Response:
    """What is spoken here."""
    return Response(
        status_code=204,
        headers=_TUS
        | {
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,termination,checksum",
            "Tus-Max-Size": str(resources.files.limits.largest),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


@router.post("", status_code=201, dependencies=[Tus])
async def begin(request: Request, resources: Open) -> Response:
    """Make an upload; its address is in Location. Upload-Metadata may hold filename and retention."""
    owner = ownership.writer()
    length = _number(request, "upload-length")
    metadata = _metadata(request.headers.get("upload-metadata", ""))
    upload = await resources.uploads.begin(
        owner=owner,
        name=metadata.get("filename", metadata.get("name", "file")),
        length=length,
        retention=parse_retention(metadata.get("retention", "inputs")),
    )
    headers = _TUS | {"Location": f"{router.prefix}/{upload.upload_id}", "Upload-Offset": "0"}
    if length == 0:
        await resources.uploads.append(upload.upload_id, _nothing(), owner=owner, offset=0)
    return Response(status_code=201, headers=headers)


@router.head("/{upload_id}", dependencies=[Tus])
async def offset(upload_id: UploadId, resources: Open) -> Response:
    """How far an upload is."""
    state = await resources.uploads.state(upload_id, owner=ownership.reader())
    return Response(headers=_TUS | _progress(state))


@router.get("/{upload_id}")
async def describe(upload_id: UploadId, resources: Open) -> Response:
    """How far an upload is, as JSON; when it is whole, its id is the file's."""
    state = await resources.uploads.state(upload_id, owner=ownership.reader())
    is_whole = state.offset == state.length
    return json_answer({"upload_id": upload_id, **asdict(state), "file_id": upload_id if is_whole else None})


@router.patch("/{upload_id}", status_code=204, dependencies=[Tus])
async def append(upload_id: UploadId, request: Request, resources: Open) -> Response:
    """Go on at an offset; the last part makes it a file."""
    ownership.writer()
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise InvalidInput("A part comes as application/offset+octet-stream.", code="wrong_part_type")
    try:
        state, file = await resources.uploads.append(
            upload_id,
            request.stream(),
            owner=ownership.reader(),
            offset=_number(request, "upload-offset"),
            checksum=_checksum(request.headers.get("upload-checksum")),
        )
    except ClientDisconnect:
        return Response(status_code=499)  # nobody is there to read it; what came is kept
    of_file = {"Content-Location": f"/api/v1/files/{file.file_id}"} if file else {}
    return Response(status_code=204, headers=_TUS | _progress(state) | of_file)


@router.delete("/{upload_id}", status_code=204, dependencies=[Tus])
async def end(upload_id: UploadId, resources: Open) -> Response:
    """Give an upload up that is not whole."""
    ownership.writer()
    await resources.uploads.remove(upload_id, owner=ownership.reader())
    return Response(status_code=204, headers=_TUS)


@router.post("/direct", status_code=201)
async def begin_direct(body: DirectUpload, resources: Open) -> Response:
    """A link to put a file into the storage itself; 409 where the storage gives none."""
    upload, link = await resources.uploads.begin_direct(
        owner=ownership.writer(), name=body.name, length=body.size, retention=body.retention
    )
    made: dict[str, Any] = asdict(link) | {"expires_at": link.expires_at.isoformat()}
    response = json_answer({"upload_id": upload.upload_id, "link": made})
    response.status_code = 201
    return response


@router.post("/{upload_id}/complete", status_code=201)
async def complete_direct(upload_id: UploadId, resources: Open) -> Response:
    """Say that a file was put by its link: it is checked, and becomes a file."""
    ownership.writer()
    file = await resources.uploads.complete_direct(upload_id, owner=ownership.reader())
    response = json_answer(file_json(file))
    response.status_code = 201
    return response


def _progress(state: State) -> dict[str, str]:
    return {"Upload-Offset": str(state.offset), "Upload-Length": str(state.length)}


def _number(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise InvalidInput(f"The header {name.title()} is not a number of bytes.", code="invalid_header")
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """Keys with values in base64, separated by commas."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        if key in found:
            raise InvalidInput(f"Upload-Metadata has {key[:50]!r} twice.", code="invalid_header")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise InvalidInput(
                f"Upload-Metadata: the value of {key[:50]!r} is no base64 of UTF-8.", code="invalid_header"
            ) from None
    return found


def _checksum(header: str | None) -> Checksum | None:
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise InvalidInput(
            f"Upload-Checksum: {algorithm[:50]!r} is none of {', '.join(ALGORITHMS)}.", code="invalid_header"
        )
    try:
        return Checksum(algorithm, base64.b64decode(value, validate=True))
    except binascii.Error:
        raise InvalidInput("Upload-Checksum is no base64.", code="invalid_header") from None


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
