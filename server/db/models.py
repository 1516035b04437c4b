"""The tables. Times are UTC and keep their zone on every database."""

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import JSON, Column, DateTime, Dialect, Index, String, TypeDecorator
from sqlmodel import Field, SQLModel

ThreadStatus = Literal["idle", "busy", "interrupted", "error"]
RunStatus = Literal["pending", "running", "success", "error", "timeout", "interrupted"]

RunPriority = Literal["normal", "low"]
CancelAction = Literal["interrupt", "rollback"]

ACTIVE: tuple[RunStatus, ...] = ("pending", "running")  # a run in one of these states still has work ahead


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A time that comes back with its zone; SQLite forgets it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def _time() -> Any:
    return Field(default_factory=now, sa_type=UtcDateTime, nullable=False)


def _optional_time() -> Any:
    return Field(default=None, sa_type=UtcDateTime, nullable=True)


class Thread(SQLModel, table=True):
    """A conversation or job: what its runs share is its state."""

    thread_id: str = Field(primary_key=True)
    created_at: datetime = _time()
    updated_at: datetime = _time()
    state_updated_at: datetime = _time()
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSON, nullable=False))
    config: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    status: ThreadStatus = Field(default="idle", sa_column=Column(String(16), nullable=False))
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    epoch: int = 0  #: The latest fencing token that a worker of this thread's runs was given.


class Run(SQLModel, table=True):
    """One execution of a graph on a thread."""

    __table_args__ = (Index("run_by_thread", "thread_id", "created_at"), Index("run_by_status", "status"))

    run_id: str = Field(primary_key=True)
    thread_id: str = Field(foreign_key="thread.thread_id", ondelete="CASCADE")
    assistant_id: str
    graph_id: str
    created_at: datetime = _time()
    updated_at: datetime = _time()
    started_at: datetime | None = _optional_time()
    ended_at: datetime | None = _optional_time()
    status: RunStatus = Field(default="pending", sa_column=Column(String(16), nullable=False))
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSON, nullable=False))
    kwargs: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    contract: str | None = None  #: Which old system's contract it was accepted under, if any.
    delivery: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    #: Of its webhook: attempts, delivered_at, last_error.
    owner: str = "local"  #: Whose turn it uses up.
    priority: RunPriority = Field(default="normal", sa_column=Column(String(16), nullable=False))
    attempt: int = 0  #: How often a worker has begun it.
    crashes: int = 0  #: How often in a row a worker was lost at the same checkpoint.
    crashed_at: str | None = None  #: The id of that checkpoint; "" before its first node was done.
    cancel_action: CancelAction | None = Field(default=None, sa_column=Column(String(16), nullable=True))
    #: How it was asked to stop, if it was.
    expires_at: datetime | None = _optional_time()  #: When the sweeper deletes its thread.
