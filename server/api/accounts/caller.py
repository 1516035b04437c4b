"""Who asks, for the routes that manage accounts."""

from typing import Annotated

from fastapi import Depends

from server import access
from server.api.deps import Open
from server.db.models import Account
from tools.errors import Forbidden, NotFound, Unauthenticated


async def caller(resources: Open) -> Account:
    """The account of whoever asks, by a session: keys and tickets manage no accounts."""
    asking = access.current()
    if resources.settings.auth == "off" or resources.project.auth is not None:
        raise NotFound("This service keeps no accounts.", hint="Set AUTH=on.", code="no_accounts")
    if asking is None:
        raise Unauthenticated("Log in first.")
    if asking.user.get(access.SESSION) is None or asking.user[access.IS_TICKET]:
        raise Forbidden(
            "A key or ticket does not manage accounts.", hint="Log in for this.", code="session_needed"
        )
    async with resources.database.read() as session:
        return await session.get_one(Account, asking.user.identity)


async def session_id(account: Annotated[Account, Depends(caller)]) -> str:
    """The session by which an account asks."""
    asking = access.current()
    assert asking is not None, account.user_id  # noqa: S101 - caller() has refused nobody
    return str(asking.user[access.SESSION])


async def admin(account: Annotated[Account, Depends(caller)]) -> Account:
    """The same, of an admin; raises Forbidden for anybody else."""
    if account.role != "admin":
        raise Forbidden("For admins only.")
    return account


SessionId = Annotated[str, Depends(session_id)]
Caller = Annotated[Account, Depends(caller)]
Admin = Annotated[Account, Depends(admin)]
