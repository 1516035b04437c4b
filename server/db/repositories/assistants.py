"""Assistant rows and their versions."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server import access
from server.db.containment import contains
from server.db.keyed import row_of
from server.db.models import Assistant, AssistantVersion
from server.db.visibility import EVERYTHING
from tools.errors import Conflict, NotFound

SortBy = Literal["assistant_id", "created_at", "updated_at", "name", "graph_id"]

CONTENT = ("graph_id", "name", "description", "config", "context", "meta")  # what a version keeps


@dataclass(frozen=True, kw_only=True)
class AssistantFilter:
    """Which assistants are meant: those that fit every field that is not None."""

    graph_id: str | None = None
    name: str | None = None  #: A part of theirs, in upper or lower case.
    metadata: dict[str, Any] | None = None  #: Values that theirs must have too, at any depth.


async def find(session: AsyncSession, assistant_id: str, *, lock: bool = False) -> Assistant | None:
    """An assistant by its id, if it is there."""
    return await row_of(session, Assistant, assistant_id, lock=lock)


async def get(session: AsyncSession, assistant_id: str, *, lock: bool = False) -> Assistant:
    """An assistant by its id; raises NotFound.

    Args:
        lock: Let nobody else change it until this transaction ends.
    """
    assistant = await find(session, assistant_id, lock=lock)
    if assistant is None:
        raise NotFound(
            f"Assistant with ID {assistant_id} not found",
            hint="POST /assistants/search lists them.",
            code="unknown_assistant",
        )
    return assistant


async def add(session: AsyncSession, assistant: Assistant, *, keep_existing: bool = False) -> Assistant:
    """Add an assistant with its first version.

    Args:
        keep_existing: Return the assistant that already has this id instead of raising Conflict.
    """
    existing = await row_of(session, Assistant, assistant.assistant_id, lock=True, options=EVERYTHING)
    if existing is None:
        assistant.meta = access.stamped(assistant.meta)
        session.add(assistant)
        await session.flush()
        add_version(session, assistant)
        return assistant
    if keep_existing and await _is_visible(session, assistant.assistant_id):
        return existing
    raise Conflict(
        f"Assistant {assistant.assistant_id} already exists",
        hint='Choose another id, or send "if_exists": "do_nothing".',
        code="assistant_exists",
    )


async def _is_visible(session: AsyncSession, assistant_id: str) -> bool:
    query = select(Assistant.assistant_id).where(col(Assistant.assistant_id) == assistant_id)
    return (await session.exec(query)).first() is not None


def add_version(session: AsyncSession, assistant: Assistant) -> None:
    """Keep an assistant as it is now as the version that it says."""
    content = {name: getattr(assistant, name) for name in CONTENT}
    session.add(
        AssistantVersion(
            assistant_id=assistant.assistant_id,
            version=assistant.version,
            created_at=assistant.updated_at,
            **content,
        )
    )


async def search(
    session: AsyncSession,
    wanted: AssistantFilter,
    *,
    sort_by: SortBy = "created_at",
    descending: bool = True,
    limit: int | None,
    offset: int = 0,
) -> list[Assistant]:
    """One page of the assistants that fit, in order; all of them without a limit."""
    place = col(getattr(Assistant, sort_by))
    query = select(Assistant).where(*_conditions(wanted))
    query = query.order_by(place.desc() if descending else place.asc(), col(Assistant.assistant_id))
    return list((await session.exec(query.limit(limit).offset(offset))).all())


async def count(session: AsyncSession, wanted: AssistantFilter) -> int:
    """How many assistants fit."""
    query = select(func.count()).select_from(Assistant).where(*_conditions(wanted))
    return (await session.exec(query)).one()


async def versions(
    session: AsyncSession, assistant_id: str, *, metadata: dict[str, Any] | None, limit: int, offset: int = 0
) -> list[AssistantVersion]:
    """An assistant's versions, the newest first."""
    query = select(AssistantVersion).where(col(AssistantVersion.assistant_id) == assistant_id)
    if metadata:
        query = query.where(contains(AssistantVersion.meta, metadata))
    query = query.order_by(col(AssistantVersion.version).desc())
    return list((await session.exec(query.limit(limit).offset(offset))).all())


async def version(session: AsyncSession, assistant_id: str, number: int) -> AssistantVersion:
    """One version; raises NotFound."""
    found = await session.get(AssistantVersion, (assistant_id, number))
    if found is None:
        raise NotFound(
            f"Version {number} not found for assistant {assistant_id}",
            hint="POST /assistants/{assistant_id}/versions lists them.",
            code="unknown_version",
        )
    return found


async def newest_version(session: AsyncSession, assistant_id: str) -> int:
    """The highest number that a version of this assistant has."""
    query = select(func.max(AssistantVersion.version)).where(
        col(AssistantVersion.assistant_id) == assistant_id
    )
    return (await session.exec(query)).one()


async def remove(session: AsyncSession, assistant_id: str) -> None:
    """Delete an assistant with its versions."""
    await session.exec(delete(Assistant).where(col(Assistant.assistant_id) == assistant_id))


def _conditions(wanted: AssistantFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.graph_id is not None:
        conditions.append(col(Assistant.graph_id) == wanted.graph_id)
    if wanted.name is not None:
        conditions.append(col(Assistant.name).icontains(wanted.name, autoescape=True))
    if wanted.metadata:
        conditions.append(contains(Assistant.meta, wanted.metadata))
    return conditions
