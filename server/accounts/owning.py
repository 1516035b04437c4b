"""What of everything is whose: what somebody makes carries their id in its metadata, as ``owner``."""

from server.access import Access, AnyOf, Condition, Contains, SharedWith, User
from server.db.models import Account

OWNER = "owner"
_READING = ("read", "search", "get", "list_namespaces")


def is_reading(action: str) -> bool:
    """Whether an action changes nothing."""
    return action in _READING


def visible(user_id: str, resource: str, action: str) -> Condition:
    """What of a resource somebody who is no admin may do this to: what is theirs, or shared with them."""
    allowed: list[Condition] = [Contains(part={OWNER: user_id})]
    if resource == "assistants" and is_reading(action):
        allowed.append(Contains(part={"created_by": "system"}))
    if levels := _levels(resource, action):
        allowed.append(SharedWith(user_id=user_id, levels=levels))
    return AnyOf(conditions=tuple(allowed))


def _levels(resource: str, action: str) -> tuple[str, ...]:
    """The shares that allow an action. Nobody deletes what is another's, and crons are not shared."""
    if resource not in ("threads", "assistants") or action == "delete":
        return ()
    # Who asks to create what is there already only gets to see it.
    return ("read", "write") if is_reading(action) or action == "create" else ("write",)


def acting(account: Account) -> Access:
    """The access of an account for which the service creates a run while nobody asks."""
    permissions = [account.role, "read", "write"]
    user = User(
        {
            "identity": account.user_id,
            "display_name": account.username,
            "permissions": permissions,
            "kind": "account",
        }
    )
    if account.role == "admin":
        return Access(user=user, metadata={OWNER: account.user_id})
    filters = {
        "threads": visible(account.user_id, "threads", "create_run"),
        "assistants": visible(account.user_id, "assistants", "read"),
    }
    return Access(user=user, filters=filters, metadata={OWNER: account.user_id})
