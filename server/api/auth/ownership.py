"""The authorization of our own accounts, in the form that a project's own has.

What somebody makes carries their id in its metadata, as ``owner``; they see what carries it. Admins see all.
"""

from typing import Any

from langgraph_sdk import Auth

from server.access import ACCOUNT, IS_TICKET, KEY, SESSION, User, scope_missing
from server.accounts.owning import OWNER, is_reading, visible
from server.accounts.service import KEY_PREFIX, Accounts, Identity
from server.api.auditing import WHY, Stranger

_FOR_ADMINS = ("/internal/truncate",)


def ownership(accounts: Accounts) -> Auth:
    """Who asks, by token, key or ticket, and what of everything is theirs."""
    auth = Auth()

    async def authenticate(
        headers: Any, path: str, query_params: dict[str, str], scope: dict[str, Any]
    ) -> Any:
        found = await identity_of(accounts, headers, query_params)
        if found is None:
            scope.setdefault("state", {})[WHY] = await _stranger(accounts, headers, query_params)
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
            raise scope_missing()
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


async def _stranger(accounts: Accounts, headers: Any, query: dict[str, str]) -> Stranger:
    """Why these credentials let nobody in."""
    scheme, _, bearer = str(headers.get("authorization") or "").partition(" ")
    given = bearer if scheme.lower() == "bearer" else str(headers.get("x-api-key") or "")
    if given.startswith(KEY_PREFIX) or (given and scheme.lower() != "bearer"):
        key = await accounts.key_of(given)
        if key is None:
            return Stranger(why="unknown key")
        what = "revoked key" if key.revoked_at is not None else "key of a closed account"
        return Stranger(why=f"{what} {key.key_id}", user_id=key.user_id)
    if given:
        return Stranger(why="token that is not good")
    return Stranger(why="ticket that is not good" if query.get("ticket") else "no credentials")


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
