"""Uploads as the old clients make them: forms with one file, or up to ten."""

from contextlib import AsyncExitStack
from typing import Any

from fastapi import APIRouter, Request, Response

from server.api.accounts.multipart import Form, Part
from server.api.deps import Open
from server.api.jobs.translator.envelope import FAILURES, FormRoute, success
from server.api.jobs.translator.task import upload_json
from server.files import ownership
from server.files.library import FileLibrary
from server.resources import Resources
from tools.errors import InvalidInput
from tools.storage.spool import Received

router = APIRouter(prefix="/api/v1/upload", tags=["translation"], route_class=FormRoute, responses=FAILURES)

_MOST = 10


@router.post("", status_code=201)
async def upload(request: Request, resources: Open) -> Response:
    """Keep the form's field ``file``."""
    [made] = await _kept(request, resources, field="file", most=1)
    return success(made, "File uploaded", status=201)


@router.post("/batch", status_code=201)
async def upload_batch(request: Request, resources: Open) -> Response:
    """Keep the form's fields ``files``, up to ten; all or none."""
    return success(await _kept(request, resources, field="files", most=_MOST), "Files uploaded", status=201)


async def _kept(request: Request, resources: Resources, *, field: str, most: int) -> list[dict[str, Any]]:
    owner = ownership.writer()
    library = resources.files
    form = Form(request.headers.get("content-type", ""), request.stream())
    received: list[tuple[str, Received]] = []
    async with AsyncExitStack() as stack:
        async for part in form.parts():
            if part.name != field or part.file_name is None:
                raise InvalidInput(
                    f"The form's field {part.name[:50]!r} is no file named {field!r}.", code="no_file"
                )
            if len(received) == most:
                raise InvalidInput(f"At most {most} files are taken at once.", code="too_many_files")
            received.append((part.file_name, await _spooled(part, library, stack)))
        if not received:
            raise InvalidInput(f"The form has no field {field!r}.", code="no_file")
        return [
            upload_json(await library.keep(file, owner=owner, name=name, retention="inputs"))
            for name, file in received
        ]


async def _spooled(part: Part, library: FileLibrary, stack: AsyncExitStack) -> Received:
    spool = await stack.enter_async_context(library.spool(part.file_name or "file"))
    async for chunk in part.chunks():
        await spool.add(chunk)
    return await spool.finish()
