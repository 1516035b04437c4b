"""Files: put one in, get it out by its id."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from server.api.accounts import file_owners
from server.api.deps import Open
from server.api.langgraph.answers import json_answer
from tools.storage.base import StoredFile

router = APIRouter(prefix="/api/v1/files", tags=["files"])


@router.post("", status_code=201)
async def upload_file(
    request: Request, resources: Open, name: Annotated[str, Query(max_length=255)] = "file"
) -> Response:
    """Keep the request's body as a file."""
    file_owners.check_may_write()
    file = await resources.storage.write_stream(
        request.stream(), name=name, max_bytes=resources.settings.max_file_size
    )
    await file_owners.note(resources.database, file.file_id)
    answer = json_answer(_file_json(file))
    answer.status_code = 201
    return answer


@router.get("/{file_id}")
async def describe_file(file_id: str, resources: Open) -> Response:
    """A file's name, size and media type."""
    await file_owners.check(resources.database, file_id)
    return json_answer(_file_json(await resources.storage.describe(file_id)))


@router.get("/{file_id}/content")
async def download_file(file_id: str, resources: Open) -> Response:
    """A file's bytes, always as a download: nothing that was uploaded ever runs in this origin."""
    await file_owners.check(resources.database, file_id)
    file = await resources.storage.describe(file_id)
    return Response(
        await resources.storage.read(file_id),
        media_type=file.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
        },
    )


def _file_json(file: StoredFile) -> dict[str, object]:
    return {
        "file_id": file.file_id,
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
        "created_at": file.created_at.isoformat(),
    }
