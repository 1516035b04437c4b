"""The audit log, for admins."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from server.accounts.audit import entry_json
from server.api.accounts.caller import Admin
from server.api.deps import Open

router = APIRouter(prefix="/api/v1/audit", tags=["accounts"])


@router.get("")
async def list_entries(
    _: Admin,
    resources: Open,
    before: Annotated[int | None, Query(description="Only entries older than this one.")] = None,
    user_id: Annotated[str | None, Query(description="Only what this user did.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    """Who did what, the newest first."""
    found = await resources.audit.page(before=before, user_id=user_id, limit=limit)
    return [entry_json(entry) for entry in found]
