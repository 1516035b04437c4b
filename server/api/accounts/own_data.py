"""Taking one's data along, and leaving for good."""

import asyncio
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, SecretStr
from starlette.background import BackgroundTask

from server.accounts import passwords
from server.api.accounts.caller import Caller
from server.api.deps import Open
from server.personal_data.erasure import erase
from server.personal_data.export import export
from tools.errors import Unauthenticated

router = APIRouter(prefix="/api/v1/auth/me", tags=["accounts"])


class Farewell(BaseModel):
    """Who really wants to leave knows their password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: SecretStr


@router.get("/export", response_class=FileResponse, responses={200: {"content": {"application/zip": {}}}})
async def export_me(account: Caller, resources: Open) -> FileResponse:
    """A zip of everything that is one's own."""
    incoming = resources.files.incoming
    await asyncio.to_thread(incoming.mkdir, mode=0o700, parents=True, exist_ok=True)
    path = incoming / f".incoming-export-{uuid4()}"
    await export(resources, account, path)
    return FileResponse(
        path,
        media_type="application/zip",
        filename=f"{account.username}.zip",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.delete("", status_code=204)
async def erase_me(body: Farewell, account: Caller, resources: Open) -> None:
    """Remove one's account and everything that is one's own, for good."""
    lockout = resources.accounts.lockout
    await lockout.attempt(name=account.username)
    given = body.password.get_secret_value()
    if not await asyncio.to_thread(passwords.fits, given, account.password_hash):
        raise Unauthenticated("Wrong password.", code="wrong_credentials")
    await lockout.succeeded(account.username)
    await erase(resources, account.username)
