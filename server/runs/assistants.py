"""Assistants: graphs with a configuration, in versions; each graph has one by default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

from typing_extensions import TypedDict

from server.db.models import Assistant, AssistantVersion, now
from server.db.repositories import assistants
from server.db.repositories.assistants import CONTENT, AssistantFilter, SortBy
from server.db.session import Database
from server.runs.catalog import GraphCatalog, ServedGraph
from tools.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class ResolvedAssistant:
    """What a run of an assistant runs, and what it brings along; the run's own values go before these."""

    assistant_id: str
    graph_id: str
    name: str
    description: str | None = None
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    context: dict[str, Any] = field(default_factory=dict[str, Any])
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])


class AssistantChanges(TypedDict, total=False):
    """What to change of an assistant; what is absent stays."""

    graph_id: str
    name: str
    description: str | None
    config: dict[str, Any]
    context: dict[str, Any]
    metadata: dict[str, Any]  #: Laid over what is there.


@dataclass(frozen=True, kw_only=True)
class Assistants:
    """Keeps assistants."""

    database: Database
    catalog: GraphCatalog

    async def register_defaults(self) -> None:
        """Give every graph its assistant, and follow changes of the graphs' names and descriptions."""
        async with self.database.write() as session:
            for served in self.catalog:
                row = await assistants.add(session, _default(served), keep_existing=True)
                if (row.name, row.description) != (served.name, served.description or None):
                    row.name, row.description = served.name, served.description or None
                    row.updated_at = now()
                    session.add(row)

    async def resolve(self, assistant: str) -> ResolvedAssistant:
        """What to run for an assistant.

        Args:
            assistant: A graph's id or an assistant's UUID.

        Raises:
            NotFound: For a UUID that is no assistant's.
            InvalidInput: For a name that is no graph's.
        """
        served = self.catalog.by_id(assistant)
        assistant_id = served.assistant_id if served else assistant.lower()
        async with self.database.read(brief=True) as session:
            row = await assistants.find(session, assistant_id) if _is_uuid(assistant_id) else None
        if row is not None:
            return ResolvedAssistant(
                assistant_id=row.assistant_id,
                graph_id=row.graph_id,
                name=row.name,
                description=row.description,
                config=row.config,
                context=row.context,
                metadata=row.meta,
            )
        if served is None:
            raise self.catalog.unknown(assistant)
        # A graph runs by its name even if somebody has deleted its assistant.
        return ResolvedAssistant(
            assistant_id=served.assistant_id,
            graph_id=served.graph_id,
            name=served.name,
            description=served.description or None,
        )

    async def graph_of(self, assistant: str) -> ServedGraph:
        """An assistant's graph; raises as ``resolve`` does."""
        return self.catalog.find((await self.resolve(assistant)).graph_id)

    async def create(
        self,
        *,
        graph_id: str,
        assistant_id: str | None = None,
        name: str | None = None,
        description: str | None = None,
        config: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        keep_existing: bool = False,
    ) -> Assistant:
        """Create an assistant; raises NotFound for an unknown graph, Conflict when its id is taken."""
        self._check_graph(graph_id)
        chosen, mirrored = _mirrored(config or {}, context or {})
        row = Assistant(
            assistant_id=assistant_id or str(uuid4()),
            graph_id=graph_id,
            name=name or "Untitled",
            description=description,
            config=chosen,
            context=mirrored,
            meta=dict(metadata or {}),
        )
        row.updated_at = row.created_at
        async with self.database.write() as session:
            return await assistants.add(session, row, keep_existing=keep_existing)

    async def get(self, assistant_id: str) -> Assistant:
        """An assistant's row; raises NotFound."""
        async with self.database.read() as session:
            return await assistants.get(session, assistant_id)

    async def update(self, assistant_id: str, changes: AssistantChanges) -> Assistant:
        """Make a new version; raises NotFound for an unknown assistant or graph."""
        if "graph_id" in changes:
            self._check_graph(changes["graph_id"])
        async with self.database.write() as session:
            row = await assistants.get(session, assistant_id, lock=True)
            for name in ("graph_id", "name", "description"):
                if name in changes:
                    setattr(row, name, changes.get(name))
            if "config" in changes or "context" in changes:
                row.config, row.context = _mirrored(changes.get("config", {}), changes.get("context", {}))
            row.meta = row.meta | changes.get("metadata", {})
            row.version = await assistants.newest_version(session, assistant_id) + 1
            row.updated_at = now()
            session.add(row)
            assistants.add_version(session, row)
            return row

    async def set_latest(self, assistant_id: str, number: int) -> Assistant:
        """Make an earlier version the current one; raises NotFound."""
        async with self.database.write() as session:
            row = await assistants.get(session, assistant_id, lock=True)
            version = await assistants.version(session, assistant_id, number)
            for name in CONTENT:
                setattr(row, name, getattr(version, name))
            row.version, row.updated_at = number, now()
            session.add(row)
            return row

    async def versions(
        self, assistant_id: str, *, metadata: dict[str, Any] | None = None, limit: int = 10, offset: int = 0
    ) -> list[AssistantVersion]:
        """An assistant's versions, the newest first; raises NotFound."""
        async with self.database.read() as session:
            await assistants.get(session, assistant_id)
            return await assistants.versions(
                session, assistant_id, metadata=metadata, limit=limit, offset=offset
            )

    async def search(
        self,
        wanted: AssistantFilter,
        *,
        sort_by: SortBy = "created_at",
        descending: bool = True,
        limit: int | None = 10,
        offset: int = 0,
    ) -> list[Assistant]:
        """One page of the assistants that fit, or all; raises NotFound for a graph that is unknown."""
        self._check_graph(wanted.graph_id)
        async with self.database.read() as session:
            return await assistants.search(
                session, wanted, sort_by=sort_by, descending=descending, limit=limit, offset=offset
            )

    async def count(self, wanted: AssistantFilter) -> int:
        """How many assistants fit; raises NotFound for a graph that is unknown."""
        self._check_graph(wanted.graph_id)
        async with self.database.read() as session:
            return await assistants.count(session, wanted)

    def _check_graph(self, graph_id: str | None) -> None:
        if graph_id is not None and self.catalog.by_id(graph_id) is None:
            names = sorted(served.graph_id for served in self.catalog)
            raise NotFound(
                f"Graph {graph_id!r} not found. Expected one of: {names}",
                hint="GET /api/v1/graphs lists them.",
                code="unknown_graph",
            )


def _default(served: ServedGraph) -> Assistant:
    row = Assistant(
        assistant_id=served.assistant_id,
        graph_id=served.graph_id,
        name=served.name,
        description=served.description or None,
        meta={"created_by": "system"},
    )
    row.updated_at = row.created_at
    return row


def _mirrored(config: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Config and context that say the same: ``context`` took the place of ``config.configurable``."""
    configurable = cast("dict[str, Any]", config.get("configurable") or {})
    if context:
        return {**config, "configurable": dict(context)}, dict(context)
    return dict(config), dict(configurable)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
