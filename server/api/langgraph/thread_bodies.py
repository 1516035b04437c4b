"""What the routes of threads take; fields unknown here are ignored, as officially."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from langchain_core.runnables import RunnableConfig
from langgraph.types import StateUpdate
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from server.api.deps import canonical_uuid
from server.api.langgraph.extraction import Path, parse_path
from server.api.langgraph.schemas import CommandBody
from server.db.models import ThreadStatus, TtlStrategy
from server.db.repositories.threads import SortBy, ThreadFilter
from server.runs.attempt import to_command
from server.runs.thread_states import StatePlace
from server.runs.thread_ttl import ThreadTtl

MAX_MINUTES = 60 * 24 * 366 * 100  # beyond it dates end
MAX_PATHS = 10  # that one search may extract

ThreadField = Literal[
    "thread_id",
    "created_at",
    "updated_at",
    "state_updated_at",
    "metadata",
    "config",
    "status",
    "values",
    "interrupts",
]

ThreadUuid = Annotated[str, AfterValidator(lambda text: canonical_uuid(text, "thread"))]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class TtlBody(_Body):
    """How long to keep a thread after its last change."""

    ttl: float = Field(gt=0, le=MAX_MINUTES, description="Minutes.")
    strategy: TtlStrategy = "delete"

    def chosen(self) -> ThreadTtl:
        """As threads have it."""
        return ThreadTtl(duration=timedelta(minutes=self.ttl), strategy=self.strategy)


class SuperstepUpdate(_Body):
    """What one node would have written."""

    values: dict[str, Any] | list[Any] | None = None
    command: CommandBody | None = None
    as_node: str

    def chosen(self) -> StateUpdate:
        """As LangGraph takes it."""
        values: Any = to_command(self.command.model_dump()) if self.command else self.values
        return StateUpdate(values, self.as_node)


class Superstep(_Body):
    """What the nodes of one step would have written."""

    updates: list[SuperstepUpdate]


class ThreadCreate(_Body):
    """What POST /threads takes."""

    thread_id: ThreadUuid | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    if_exists: Literal["raise", "do_nothing"] = "raise"
    ttl: TtlBody | None = None
    supersteps: list[Superstep] | None = None

    def state_updates(self) -> list[list[StateUpdate]]:
        """The supersteps as LangGraph takes them."""
        return [[update.chosen() for update in step.updates] for step in self.supersteps or []]


class ThreadPatch(_Body):
    """What PATCH /threads/{thread_id} takes."""

    metadata: dict[str, Any] = Field(default_factory=dict)
    ttl: TtlBody | None = None


class ThreadCount(_Body):
    """Which threads to count."""

    metadata: dict[str, Any] | None = None
    values: dict[str, Any] | None = None
    status: ThreadStatus | None = None

    def wanted(self) -> ThreadFilter:
        """As the database is asked."""
        return ThreadFilter(metadata=self.metadata, values=self.values, status=self.status)


class ThreadSearch(ThreadCount):
    """Which threads to list, and what of them to show."""

    ids: list[ThreadUuid] | None = None
    limit: int = Field(default=10, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, lt=2**63 - 1000)
    sort_by: SortBy = "updated_at"
    sort_order: Literal["asc", "desc"] = "desc"
    select: list[ThreadField] | None = None
    extract: dict[str, str] | None = Field(default=None, max_length=MAX_PATHS)

    @field_validator("sort_by", mode="before")
    @classmethod
    def _or_default(cls, value: object) -> object:
        return "updated_at" if value is None else value

    @field_validator("sort_order", mode="before")
    @classmethod
    def _or_descending(cls, value: object) -> object:
        return "desc" if value is None else value

    @field_validator("extract")
    @classmethod
    def _readable(cls, value: dict[str, str] | None) -> dict[str, str] | None:
        for path in (value or {}).values():
            parse_path(path)
        return value

    def wanted(self) -> ThreadFilter:
        """As the database is asked."""
        return ThreadFilter(ids=self.ids, metadata=self.metadata, values=self.values, status=self.status)

    def paths(self) -> dict[str, Path]:
        """What to extract, by the name under which it is shown."""
        return {alias: parse_path(path) for alias, path in (self.extract or {}).items()}

    @property
    def needs_values(self) -> bool:
        """Whether values or interrupts are shown."""
        roots = {path[0] for path in self.paths().values()}
        return self.select is None or bool({"values", "interrupts"} & (set(self.select) | roots))


class ThreadPrune(_Body):
    """Which threads to remove, or to shorten."""

    thread_ids: list[ThreadUuid]
    strategy: TtlStrategy = "delete"


class CheckpointBody(_Body):
    """Names a checkpoint; clients send it plain, or as a config."""

    checkpoint_id: str | None = None
    checkpoint_ns: str | None = None
    checkpoint_map: dict[str, Any] | None = None
    configurable: dict[str, Any] | None = None

    def place(self) -> StatePlace:
        """The state that it names."""
        named = self.configurable or self.model_dump(exclude={"configurable"}, exclude_none=True)
        return StatePlace(checkpoint=named)


class StateAt(_Body):
    """What POST /threads/{thread_id}/state/checkpoint takes."""

    checkpoint: CheckpointBody
    subgraphs: bool = False


class StateUpdateBody(_Body):
    """What POST /threads/{thread_id}/state takes."""

    values: dict[str, Any] | list[Any] | None = None
    as_node: str | None = None
    checkpoint: CheckpointBody | None = None
    checkpoint_id: str | None = None

    def place(self) -> StatePlace:
        """The state to change."""
        if self.checkpoint is not None:
            return self.checkpoint.place()
        return StatePlace(checkpoint={"checkpoint_id": self.checkpoint_id} if self.checkpoint_id else {})


class StateHistory(_Body):
    """Which of a thread's states to list."""

    limit: int = Field(default=1, ge=1, le=1000)
    before: CheckpointBody | None = None
    metadata: dict[str, Any] | None = None
    checkpoint: CheckpointBody | None = None

    def earlier_than(self, thread_id: str) -> RunnableConfig | None:
        """Before which checkpoint."""
        return self.before.place().config(thread_id) if self.before else None
