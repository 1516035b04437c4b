"""Accounts as admins see them."""

from typing import Any

from fastapi import APIRouter

from server.api.accounts.caller import Admin
from server.api.accounts.schemas import NewUser, UserChange, account_json
from server.api.deps import Open
from server.personal_data.erasure import erase
from tools.errors import Conflict

router = APIRouter(prefix="/api/v1/users", tags=["accounts"])


@router.get("")
async def list_users(_: Admin, resources: Open) -> list[dict[str, Any]]:
    """Everybody, by name."""
    return [account_json(account) for account in await resources.accounts.everybody()]


@router.get("/{user_id}")
async def get_user(user_id: str, _: Admin, resources: Open) -> dict[str, Any]:
    """One account."""
    return account_json(await resources.accounts.get(user_id))


@router.post("", status_code=201)
async def make_user(body: NewUser, _: Admin, resources: Open) -> dict[str, Any]:
    """Make an account of any role."""
    password = body.password.get_secret_value()
    account = await resources.accounts.create(body.username, password, email=body.email, role=body.role)
    return account_json(account)


@router.patch("/{user_id}")
async def change_user(user_id: str, body: UserChange, _: Admin, resources: Open) -> dict[str, Any]:
    """Change a role or an address, or let somebody in no more; both count from the next request on."""
    changed = await resources.accounts.change(
        user_id, role=body.role, is_active=body.is_active, email=body.email
    )
    return account_json(changed)


@router.post("/{user_id}/reset-password", status_code=202)
async def send_reset(user_id: str, _: Admin, resources: Open) -> dict[str, Any]:
    """Send somebody a link that sets a new password."""
    account = await resources.accounts.get(user_id)
    await resources.resets.ask(account.username)
    return {"detail": "A mail is on its way, if the account has an address."}


@router.delete("/{user_id}/sessions", status_code=204)
async def end_sessions(user_id: str, _: Admin, resources: Open) -> None:
    """End every session of an account; its keys stay good."""
    await resources.accounts.end_sessions(user_id)


@router.delete("/{user_id}", status_code=204)
async def erase_user(user_id: str, asking: Admin, resources: Open) -> None:
    """Remove somebody and everything that is theirs, for good."""
    if user_id == asking.user_id:
        raise Conflict(
            "This is your own account.",
            hint="DELETE /api/v1/auth/me, with your password, removes it.",
            code="own_account",
        )
    await erase(resources, (await resources.accounts.get(user_id)).username)
