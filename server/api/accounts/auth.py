"""Logging in and out."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from server import access
from server.accounts.sessions import TICKET_SECONDS, Tokens
from server.api.accounts.caller import Caller
from server.api.accounts.schemas import Login, PasswordChange, Refresh, Registration, account_json
from server.api.deps import Open
from tools.errors import Forbidden

router = APIRouter(prefix="/api/v1/auth", tags=["accounts"])


@router.post("/register", status_code=201)
async def register(body: Registration, resources: Open) -> dict[str, Any]:
    """Make an account of the role ``user``."""
    if resources.settings.auth == "off" or not resources.settings.allow_registration:
        raise Forbidden("Accounts are made by an admin here.", code="registration_closed")
    account = await resources.accounts.create(
        body.username, body.password.get_secret_value(), email=body.email
    )
    return account_json(account)


@router.post("/login")
async def login(body: Login, request: Request, resources: Open) -> dict[str, Any]:
    """Open a session."""
    address = request.client.host if request.client else ""
    account, tokens = await resources.accounts.login(
        body.username, body.password.get_secret_value(), address=address
    )
    return _tokens_json(tokens) | {"user_info": account_json(account)}


@router.post("/refresh")
async def refresh(body: Refresh, resources: Open) -> dict[str, Any]:
    """New tokens for a refresh token, which is good once."""
    return _tokens_json(await resources.accounts.refresh(body.refresh_token.get_secret_value()))


@router.post("/logout", status_code=204)
async def logout(_: Caller, resources: Open) -> None:
    """End this session."""
    asking = access.current()
    if asking is not None:
        await resources.accounts.sessions.end(str(asking.user["session_id"]))


@router.get("/me")
async def me(account: Caller) -> dict[str, Any]:
    """Who asks."""
    return account_json(account)


@router.post("/change-password")
async def change_password(body: PasswordChange, account: Caller, resources: Open) -> dict[str, Any]:
    """Change the password; every other session ends."""
    old, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
    return _tokens_json(await resources.accounts.change_password(account, old, new))


@router.post("/ticket", status_code=201)
async def ticket(account: Caller, resources: Open) -> dict[str, Any]:
    """A ticket to open one WebSocket with, as ``?ticket=``: tokens never stand in an address."""
    made = await resources.accounts.sessions.ticket(account.user_id)
    return {"ticket": made, "expires_in": TICKET_SECONDS}


def _tokens_json(tokens: Tokens) -> dict[str, Any]:
    return asdict(tokens) | {"token_type": "bearer"}
