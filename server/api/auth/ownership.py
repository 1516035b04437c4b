"""The authorization of our own accounts, in the form that a project's own has.

What somebody makes carries their id in its metadata, as ``owner``; they see what carries it. Admins see all.
"""

from typing import Any

from langgraph_sdk import Auth

from server.access import ACCOUNT, IS_TICKET, KEY, SESSION, User
from server.accounts.owning import OWNER, is_reading, visible
from server.accounts.service import KEY_PREFIX, Accounts, Identity

_FOR_ADMINS = ("/internal/truncate",)


def ownership(accounts: Accounts) -> Auth:
    """Who asks, by token, key or ticket, and what of everything is theirs."""
    auth = Auth()

    async def authenticate(headers: Any, path: str, method: str, query_params: dict[str, str]) -> Any:
        found = await identity_of(accounts, headers, query_params)
        if found is None:
            raise Auth.exceptions.HTTPException(
                status_code=401,
                detail="Log in, or send an API key.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if path in _FOR_ADMINS and found.account.role != "admin":
            raise Auth.exceptions.HTTPException(status_code=403, detail="For admins only.")
        return {
            "identity": found.account.user_id,
            "display_name": found.account.username,
            "permissions": [found.account.role, *found.scopes],
            "kind": ACCOUNT,
            SESSION: found.session_id,
            KEY: found.key_id,
            IS_TICKET: found.is_ticket,
        }

    async def authorize(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> Any:
        if not is_reading(ctx.action) and "write" not in ctx.permissions:
            return False
        is_admin = "admin" in ctx.permissions
        if ctx.resource == "store":
            return None if is_admin else _own_namespace(ctx.user.identity, value)
        _stamp(ctx, value)
        return None if is_admin else visible(ctx.user.identity, ctx.resource, ctx.action)

    auth.authenticate(authenticate)
    auth.on(authorize)
    return auth


async def identity_of(accounts: Accounts, headers: Any, query: dict[str, str]) -> Identity | None:
    """Whose credentials a request carries; None for none, and for those that are not good."""
    bearer = str(headers.get("authorization") or "")
    scheme, _, credentials = bearer.partition(" ")
    key = str(headers.get("x-api-key") or "")
    if scheme.lower() == "bearer" and credentials:
        if credentials.startswith(KEY_PREFIX):
            return await accounts.by_key(credentials)
        return await accounts.by_token(credentials)
    if key:
        return await accounts.by_key(key)
    if "sec-websocket-key" in headers and query.get("ticket"):
        return await accounts.by_ticket(query["ticket"])
    return None


async def still_good(accounts: Accounts, user: User) -> bool:
    """Whether what somebody came in with would still let them in."""
    return await accounts.is_good(session_id=user[SESSION], key_id=user[KEY])


def _own_namespace(identity: str, value: dict[str, Any]) -> None:
    namespace = tuple(value["namespace"])
    if namespace[:1] != (identity,):
        value["namespace"] = (identity, *namespace)


def _stamp(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> None:
    """Let nobody say whose something is, nor that it is the system's."""
    if ctx.action not in ("create", "create_run", "update"):
        return
    metadata = value["metadata"]
    if metadata.get("created_by") == "system":
        del metadata["created_by"]
    if ctx.action == "update":
        metadata.pop(OWNER, None)
    else:
        metadata[OWNER] = ctx.user.identity
