"""API keys of whoever asks."""

from typing import Any

from fastapi import APIRouter

from server.api.accounts.caller import Caller
from server.api.accounts.schemas import NewKey, key_json
from server.api.deps import Open

router = APIRouter(prefix="/api/v1/keys", tags=["accounts"])


@router.get("")
async def list_keys(account: Caller, resources: Open) -> list[dict[str, Any]]:
    """The caller's keys, newest first."""
    return [key_json(key) for key in await resources.accounts.keys_of(account)]


@router.post("", status_code=201)
async def make_key(body: NewKey, account: Caller, resources: Open) -> dict[str, Any]:
    """A new key; ``key`` is shown here and never again."""
    key, secret = await resources.accounts.make_key(account, body.name, list(body.scopes))
    return key_json(key) | {"key": secret}


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: str, account: Caller, resources: Open) -> None:
    """Let a key be worth nothing from now on."""
    await resources.accounts.revoke_key(account, key_id)
