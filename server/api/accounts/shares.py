"""Sharing: let another user read or change what is yours."""

from typing import Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, model_validator

from server.accounts.sharing import Kind
from server.api.accounts.caller import Caller
from server.api.deps import Open
from server.db.models import Share, Sharing

router = APIRouter(prefix="/api/v1/shares", tags=["accounts"])

_KINDS: tuple[Kind, ...] = ("thread", "assistant", "file")


class NewShare(BaseModel):
    """What is shared, with whom, and for what; exactly one of the ids."""

    model_config = ConfigDict(extra="forbid")

    thread_id: str | None = None
    assistant_id: str | None = None
    file_id: str | None = None
    username: str
    access: Sharing = "read"

    @property
    def thing(self) -> tuple[Kind, str]:
        """The kind of thing, and its id."""
        return next((kind, named) for kind in _KINDS if (named := getattr(self, f"{kind}_id")) is not None)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(getattr(self, f"{kind}_id") is not None for kind in _KINDS) != 1:
            raise ValueError("give one of thread_id, assistant_id and file_id")
        return self


@router.get("")
async def list_shares(account: Caller, resources: Open) -> list[dict[str, Any]]:
    """What the caller shares, and what is shared with them, newest first."""
    return [share_json(share) for share in await resources.shares.of(account)]


@router.post("", status_code=201)
async def share(body: NewShare, account: Caller, resources: Open) -> dict[str, Any]:
    """Share a thread, an assistant or an uploaded file of one's own; of one that is shared, change how."""
    kind, thing_id = body.thing
    return share_json(await resources.shares.give(account, kind, thing_id, body.username, body.access))


@router.delete("/{share_id}", status_code=204)
async def end_share(share_id: str, account: Caller, resources: Open) -> None:
    """Take a share back, or do without one."""
    await resources.shares.take_back(account, share_id)


def share_json(share: Share) -> dict[str, Any]:
    """A share as the API shows it."""
    named = {f"{kind}_id": thing for kind in _KINDS if (thing := getattr(share, f"{kind}_id")) is not None}
    return named | {
        "share_id": share.share_id,
        "user_id": share.user_id,
        "access": share.access,
        "granted_by": share.granted_by,
        "created_at": share.created_at.isoformat(),
    }
