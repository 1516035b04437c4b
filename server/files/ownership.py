"""Whose a file becomes, and whose files somebody sees."""

from server import access
from server.db.models import Run

LOCAL = "local"  # the owner of everything where nobody is told apart


def writer() -> str:
    """Whose a file becomes that is uploaded now; raises Forbidden for a key that only reads."""
    asking = access.current()
    if asking is None:
        return LOCAL
    if access.is_account(asking.user) and "write" not in asking.user.permissions:
        raise access.scope_missing()
    return asking.user.identity


def reader() -> str | None:
    """Whose files who asks may see; None: everybody's."""
    asking = access.current()
    return access.reader(asking.user) if asking is not None else None


def reader_of(run: Run) -> str | None:
    """Whose files a run may see: those that whoever asked for it may; None: everybody's."""
    user = run.kwargs["config"]["configurable"].get("langgraph_auth_user")
    if user is not None:
        return access.reader(user)
    return None if run.owner == LOCAL else run.owner
