"""Whose sessions are: a session is a thread of the dialogue graph, and belongs to whom the thread belongs."""

from server import access
from server.api.deps import canonical_uuid
from server.realtime.session import LiveSession
from server.realtime.talk import GRAPH
from server.resources import Resources
from tools.errors import InvalidInput, NotFound

METADATA = {"graph_id": GRAPH, "purpose": "realtime session"}


async def begin(resources: Resources) -> LiveSession:
    """A new session of who asks."""
    if resources.catalog.by_id(GRAPH) is None:
        raise NotFound(
            f"this server has no graph {GRAPH!r}",
            hint="Realtime sessions need it; see langgraph.json.",
            code="unknown_graph",
        )
    thread = await resources.threads.create(metadata=access.stamped(METADATA))
    return await resources.sessions.begin(thread.thread_id)


async def allowed(resources: Resources, session_id: str) -> str:
    """The id of a session that who asks may see.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    try:
        known = canonical_uuid(session_id, "session")
        await resources.runs.thread(known)
    except (InvalidInput, NotFound):
        raise NotFound(
            "there is no such session, or no more", hint="Begin a new one.", code="session_not_found"
        ) from None
    return known


async def reach(resources: Resources, session_id: str) -> LiveSession:
    """A session of who asks, unless another living process has it.

    Raises:
        Conflict: "session_elsewhere".
        NotFound: As ``allowed``.
    """
    return await resources.sessions.reach(await allowed(resources, session_id))


async def find(resources: Resources, session_id: str) -> LiveSession:
    """A session of who asks, under way in this process; from another one it is taken over.

    Raises:
        NotFound: As ``allowed``.
    """
    return await resources.sessions.open(await allowed(resources, session_id))
