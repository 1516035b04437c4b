"""Logging in and out."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Request

from server.accounts.rates import Rate
from server.accounts.sessions import TICKET_SECONDS, Tokens
from server.api.accounts.caller import Caller, SessionId
from server.api.accounts.schemas import (
    Login,
    PasswordChange,
    Refresh,
    Registration,
    Reset,
    ResetWish,
    account_json,
)
from server.api.auditing import TRIED
from server.api.deps import Open
from server.resources import Resources
from tools.errors import Forbidden, NotFound

router = APIRouter(prefix="/api/v1/auth", tags=["accounts"])
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


async def address(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


Address = Annotated[str, Depends(address)]


async def limited(address: Address, resources: Open) -> None:
    """Let nobody try passwords, tokens and names as fast as they can; raises ServiceError (429)."""
    rate = Rate(resources.settings.login_rate, _MINUTE)
    await resources.rates.check(rate, "login", address)


Limited = Depends(limited)


@router.post("/register", status_code=201, dependencies=[Limited])
async def register(body: Registration, address: Address, resources: Open) -> dict[str, Any]:
    """Make an account of the role ``user``; few in an hour, for the answer tells which names are taken."""
    if resources.settings.auth == "off" or not resources.settings.allow_registration:
        raise Forbidden("Accounts are made by an admin here.", code="registration_closed")
    rate = Rate(resources.settings.registration_rate, _HOUR)
    await resources.rates.check(rate, "register", address)
    account = await resources.accounts.create(
        body.username, body.password.get_secret_value(), email=body.email
    )
    return account_json(account)


@router.post("/login", dependencies=[Limited])
async def login(body: Login, request: Request, address: Address, resources: Open) -> dict[str, Any]:
    """Open a session."""
    setattr(request.state, TRIED, body.username)
    account, tokens = await resources.accounts.login(
        body.username, body.password.get_secret_value(), address=address
    )
    return _tokens_json(tokens) | {"user_info": account_json(account)}


@router.post("/refresh", dependencies=[Limited])
async def refresh(body: Refresh, resources: Open) -> dict[str, Any]:
    """New tokens for a refresh token, which is good once."""
    return _tokens_json(await resources.accounts.refresh(body.refresh_token.get_secret_value()))


@router.post("/logout", status_code=204)
async def logout(session: SessionId, resources: Open) -> None:
    """End this session."""
    await resources.accounts.sessions.end(session)


@router.get("/me")
async def me(account: Caller) -> dict[str, Any]:
    """Who asks."""
    return account_json(account)


@router.post("/change-password")
async def change_password(body: PasswordChange, account: Caller, resources: Open) -> dict[str, Any]:
    """Change the password; every other session ends."""
    old, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
    return _tokens_json(await resources.accounts.change_password(account, old, new))


@router.post("/reset-password", status_code=202, dependencies=[Limited])
async def ask_for_reset(body: ResetWish, resources: Open, later: BackgroundTasks) -> dict[str, Any]:
    """Send a link that sets a new password. The answer is the same for everybody, and takes as long."""
    _check_accounts(resources)
    later.add_task(resources.resets.ask, body.username)
    return {"detail": "If there is such an account and it has an address, a mail is on its way."}


@router.post("/reset-password/confirm", status_code=204, dependencies=[Limited])
async def reset_password(body: Reset, resources: Open) -> None:
    """Set a new password with what came by mail; every session ends."""
    _check_accounts(resources)
    account = await resources.resets.redeem(
        body.token.get_secret_value(), body.new_password.get_secret_value()
    )
    await resources.accounts.lockout.succeeded(account.username)


@router.get("")
async def describe(resources: Open) -> dict[str, Any]:
    """Whether people log in here, and whether they may register: what a page has to know before it asks."""
    is_on = resources.settings.auth == "on" and resources.project.auth is None
    return {"accounts": is_on, "registration": is_on and resources.settings.allow_registration}


@router.post("/ticket", status_code=201)
async def ticket(session: SessionId, resources: Open) -> dict[str, Any]:
    """A ticket to open one WebSocket with, as ``?ticket=``: tokens never stand in an address."""
    made = await resources.accounts.sessions.ticket(session)
    return {"ticket": made, "expires_in": TICKET_SECONDS}


def _check_accounts(resources: Resources) -> None:
    if resources.settings.auth == "off":
        raise NotFound("This service keeps no accounts.", hint="Set AUTH=on.", code="no_accounts")


def _tokens_json(tokens: Tokens) -> dict[str, Any]:
    return asdict(tokens) | {"token_type": "bearer"}
