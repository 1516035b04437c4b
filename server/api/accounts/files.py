"""Files: put one in, get it out by its id, list and delete them."""

from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Annotated, get_args
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from server.api.accounts import ranges
from server.api.accounts.multipart import Form, Part
from server.api.deps import Open
from server.api.errors import answer
from server.api.langgraph.answers import json_answer
from server.db.models import File, Retention
from server.files import ownership
from server.files.library import FileLibrary
from server.files.uploads import LINK_LASTS
from tools.errors import Conflict, InvalidInput
from tools.storage.spool import Received, SizeLimit

router = APIRouter(prefix="/api/v1/files", tags=["files"])

MOST_LISTED = 1000
_SAFE = {
    # Nothing that was uploaded ever runs in this origin.
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


@router.post("", status_code=201)
async def upload_file(
    request: Request,
    resources: Open,
    name: Annotated[str, Query(max_length=255)] = "file",
    retention: Retention = "inputs",
) -> Response:
    """Keep a file: the field ``file`` of a form, or else the request's body."""
    owner = ownership.writer()
    library = resources.files
    _check_length(request, library)
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        file = await _from_form(request, library, owner, retention)
    else:
        file = await library.receive(request.stream(), owner=owner, name=name, retention=retention)
    made = json_answer(file_json(file), {"Location": f"{router.prefix}/{file.file_id}"})
    made.status_code = 201
    return made


@router.get("")
async def list_files(
    resources: Open,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    after: Annotated[str | None, Query(description="List from behind this file on.")] = None,
    retention: Retention | None = None,
) -> Response:
    """One's files, the newest first."""
    found = await resources.files.search(
        owner=ownership.reader(), retention=retention, after=after, limit=limit + 1
    )
    page = found[:limit]
    following = page[-1].file_id if len(found) > limit else None
    return json_answer({"files": [file_json(file) for file in page], "next": following})


@router.get("/stats")
async def file_stats(resources: Open) -> Response:
    """How many files one has, what they come to, and what one may have."""
    stats = await resources.files.stats(owner=ownership.reader())
    counted = {
        name: {kind: usage._asdict() for kind, usage in getattr(stats, name).items()}
        for name in ("by_retention", "by_media_type")
    }
    return json_answer(asdict(stats) | counted)


@router.get("/{file_id}")
async def describe_file(file_id: str, resources: Open) -> Response:
    """What is known of a file."""
    return json_answer(file_json(await resources.files.get(file_id, reader=ownership.reader())))


@router.delete("/{file_id}", status_code=204)
async def delete_file(file_id: str, resources: Open) -> None:
    """Remove a file for good."""
    ownership.writer()
    await resources.files.remove(file_id, owner=ownership.reader())


@router.get("/{file_id}/link")
async def link_file(file_id: str, resources: Open) -> Response:
    """A link to read a file from the storage itself, for an hour."""
    file = await resources.files.get(file_id, reader=ownership.reader())
    link = resources.files.blobs.download_link(
        file.blob_key, name=file.name, media_type=file.media_type, lasting=LINK_LASTS
    )
    if link is None:
        raise Conflict(
            "The storage gives no links.",
            hint=f"Read {router.prefix}/{file_id}/content, or set STORAGE=oss.",
            code="no_links",
        )
    return json_answer(asdict(link) | {"expires_at": link.expires_at.isoformat()})


@router.head("/{file_id}/content", include_in_schema=False)
@router.get("/{file_id}/content")
async def download_file(file_id: str, request: Request, resources: Open) -> Response:
    """A file's bytes or a range of them, always as a download."""
    file = await resources.files.get(file_id, reader=ownership.reader())
    headers = _headers(file)
    if ranges.matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    if request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
        wanted = None
    try:
        span = ranges.requested(wanted, file.size)
    except ranges.Unsatisfiable:
        refused = answer(416, f"The file has {file.size} bytes.", "range_not_satisfiable", "Ask for less.")
        refused.headers["Content-Range"] = f"bytes */{file.size}"
        return refused
    if span is None:
        span, status = ranges.Span(0, file.size), 200
    else:
        status = 206
        headers["Content-Range"] = f"bytes {span.start}-{span.start + span.length - 1}/{file.size}"
    headers["Content-Length"] = str(span.length)
    if request.method == "HEAD" or not span.length:
        return Response(status_code=status, headers=headers, media_type=file.media_type)
    content = resources.files.read(file, start=span.start, length=span.length)
    return StreamingResponse(content, status, headers, media_type=file.media_type)


def file_json(file: File) -> dict[str, object]:
    """A file as clients see it."""
    return {
        "file_id": file.file_id,
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
        "sha256": file.sha256,
        "retention": file.retention,
        "created_at": file.created_at.isoformat(),
        "expires_at": file.expires_at.isoformat() if file.expires_at else None,
    }


def parse_retention(value: str) -> Retention:
    """How a file is to be kept; raises InvalidInput for what is no such thing."""
    allowed: tuple[Retention, ...] = get_args(Retention)
    for known in allowed:
        if value == known:
            return known
    raise InvalidInput(f"retention: {value[:50]!r} is none of {', '.join(allowed)}.", code="invalid_request")


def _headers(file: File) -> dict[str, str]:
    return {
        **_SAFE,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "ETag": f'"{file.sha256}"',
        "Accept-Ranges": "bytes",
        "Last-Modified": file.created_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }


def _check_length(request: Request, library: FileLibrary) -> None:
    """Refuse what says itself that it is too long, before it is read."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit():
        SizeLimit(library.limits.largest, "MAX_FILE_SIZE or MAX_VIDEO_SIZE").check(int(declared) - 65536)


async def _from_form(request: Request, library: FileLibrary, owner: str, retention: Retention) -> File:
    form = Form(request.headers["content-type"], request.stream())
    fields: dict[str, str] = {}
    received: tuple[str, Received] | None = None
    async with AsyncExitStack() as stack:
        async for part in form.parts():
            if part.name in fields or (part.name == "file" and received is not None):
                raise InvalidInput(f"The field {part.name[:50]!r} comes twice.", code="duplicate_field")
            if part.name == "file":
                if part.file_name is None:
                    raise InvalidInput("The field `file` is no file.", code="no_file")
                received = part.file_name, await _spooled(part, library, stack)
            elif part.name in ("retention", "name") and part.file_name is None:
                fields[part.name] = await part.text()
            else:
                raise InvalidInput(
                    f"There is no field {part.name[:50]!r}.",
                    hint="Send `file`, and perhaps `name` and `retention`.",
                    code="unknown_field",
                )
        if received is None:
            raise InvalidInput("The form has no field `file`.", code="no_file")
        return await library.keep(
            received[1],
            owner=owner,
            name=fields.get("name", received[0]),
            retention=parse_retention(fields.get("retention", retention)),
        )


async def _spooled(part: Part, library: FileLibrary, stack: AsyncExitStack) -> Received:
    spool = await stack.enter_async_context(library.spool(part.file_name or "file"))
    async for chunk in part.chunks():
        await spool.add(chunk)
    return await spool.finish()
