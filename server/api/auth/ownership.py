"""The authorization of our own accounts, in the form that a project's own has.

What somebody makes carries their id in its metadata, as ``owner``; they see what carries it. Admins see all.
"""

from typing import Any

from langgraph_sdk import Auth

from server.access import ACCOUNT, SESSION
from server.accounts.service import KEY_PREFIX, Accounts, Identity

OWNER = "owner"
_READING = ("read", "search", "get", "list_namespaces")
_FOR_ADMINS = ("/internal/truncate",)


def ownership(accounts: Accounts) -> Auth:
    """Who asks, by token, key or ticket, and what of everything is theirs."""
    auth = Auth()

    async def authenticate(headers: Any, path: str, method: str, query_params: dict[str, str]) -> Any:
        found = await _identity(accounts, headers, query_params)
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
        }

    async def authorize(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> Any:
        if ctx.action not in _READING and "write" not in ctx.permissions:
            return False
        is_admin = "admin" in ctx.permissions
        if ctx.resource == "store":
            return None if is_admin else _own_namespace(ctx.user.identity, value)
        _stamp(ctx, value, is_admin=is_admin)
        return None if is_admin else _own(ctx)

    auth.authenticate(authenticate)
    auth.on(authorize)
    return auth


async def _identity(accounts: Accounts, headers: Any, query: dict[str, str]) -> Identity | None:
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


def _own_namespace(identity: str, value: dict[str, Any]) -> None:
    namespace = tuple(value["namespace"])
    if namespace[:1] != (identity,):
        value["namespace"] = (identity, *namespace)


def _stamp(ctx: Auth.types.AuthContext, value: dict[str, Any], *, is_admin: bool) -> None:
    """Let nobody say whose something is, nor that it is the system's."""
    if ctx.action not in ("create", "create_run", "update"):
        return
    metadata = value["metadata"]
    if metadata.get("created_by") == "system":
        del metadata["created_by"]
    if ctx.action == "update" and is_admin:
        metadata.pop(OWNER, None)
    else:
        metadata[OWNER] = ctx.user.identity


def _own(ctx: Auth.types.AuthContext) -> dict[str, Any]:
    own: dict[str, Any] = {OWNER: ctx.user.identity}
    if ctx.resource == "assistants" and ctx.action in ("read", "search"):
        return {"$or": [own, {"created_by": "system"}]}
    return own
