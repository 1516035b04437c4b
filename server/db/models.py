"""The tables. Times are UTC and keep their zone on every database."""

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

ThreadStatus = Literal["idle", "busy", "interrupted", "error"]
RunStatus = Literal["pending", "running", "success", "error", "timeout", "interrupted"]

Sharing = Literal["read", "write"]
Role = Literal["admin", "researcher", "user"]

RunPriority = Literal["normal", "low"]
CancelAction = Literal["interrupt", "rollback"]
MultitaskStrategy = Literal["reject", "enqueue", "interrupt", "rollback"]

DeliveryStatus = Literal["pending", "delivered", "failed"]
AfterRun = Literal["delete", "keep"]
MissedPolicy = Literal["skip", "once", "all"]
Retention = Literal["inputs", "outputs", "temp"]
TtlStrategy = Literal["delete", "keep_latest"]

ACTIVE: tuple[RunStatus, ...] = ("pending", "running")  # a run in one of these states still has work ahead


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A time that comes back with its zone; SQLite forgets it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None and value.tzinfo is not None else value

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

    __table_args__ = (Index("thread_by_update", "updated_at"), Index("thread_by_expiry", "expires_at"))

    thread_id: str = Field(primary_key=True)
    created_at: datetime = _time()
    updated_at: datetime = _time()
    state_updated_at: datetime = _time()
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSON, nullable=False))
    config: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    status: ThreadStatus = Field(default="idle", sa_column=Column(String(16), nullable=False))
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    epoch: int = 0  #: The latest fencing token that a worker of this thread's runs was given.
    ttl_minutes: float | None = (
        None  #: How long it outlives its last change; None: as the service's default says.
    )
    ttl_strategy: TtlStrategy | None = Field(default=None, sa_column=Column(String(16), nullable=True))
    expires_at: datetime | None = _optional_time()  #: When its own TTL is over; None without one.
    pruned_at: datetime | None = _optional_time()  #: When a TTL last took its older checkpoints.


class ThreadSnapshot(SQLModel, table=True):
    """A thread's latest values and interrupts as JSON: what its checkpoint held when it was last settled.

    It stands apart from the thread, whose row is read and locked at every step of a run.
    """

    thread_id: str = Field(primary_key=True, foreign_key="thread.thread_id", ondelete="CASCADE")
    values: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    interrupts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Run(SQLModel, table=True):
    """One execution of a graph on a thread."""

    __table_args__ = (
        Index("run_by_thread", "thread_id", "created_at"),
        Index("run_by_status", "status"),
        Index("run_by_end", "ended_at"),
        Index("run_by_expiry", "expires_at"),
    )

    run_id: str = Field(primary_key=True)
    thread_id: str = Field(foreign_key="thread.thread_id", ondelete="CASCADE")
    assistant_id: str
    graph_id: str
    created_at: datetime = _time()  #: For a run that begins later, that later time.
    updated_at: datetime = _time()
    started_at: datetime | None = _optional_time()
    ended_at: datetime | None = _optional_time()
    status: RunStatus = Field(default="pending", sa_column=Column(String(16), nullable=False))
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSON, nullable=False))
    kwargs: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    multitask_strategy: MultitaskStrategy = Field(
        default="enqueue", sa_column=Column(String(16), nullable=False, server_default="enqueue")
    )  #: What became of the thread's earlier runs when it was accepted.
    contract: str | None = None  #: Which old system's contract it was accepted under, if any.
    owner: str = "local"  #: Whose turn it uses up.
    priority: RunPriority = Field(default="normal", sa_column=Column(String(16), nullable=False))
    attempt: int = 0  #: How often a worker has begun it.
    crashes: int = 0  #: How often in a row a worker was lost at the same checkpoint.
    crashed_at: str | None = None  #: The id of that checkpoint; "" before its first node was done.
    cancel_action: CancelAction | None = Field(default=None, sa_column=Column(String(16), nullable=True))
    #: How it was asked to stop, if it was.
    expires_at: datetime | None = _optional_time()  #: When the sweeper deletes its thread.


class RunFile(SQLModel, table=True):
    """A file that a run wrote; it goes when the run's thread goes."""

    file_id: str = Field(primary_key=True)
    thread_id: str = Field(foreign_key="thread.thread_id", ondelete="CASCADE", index=True)
    run_id: str  #: It may be gone before its thread.


class Delivery(SQLModel, table=True):
    """The news of one run's end, on its way to the run's webhook."""

    __table_args__ = (Index("delivery_by_status", "status", "next_attempt_at"),)

    run_id: str = Field(primary_key=True, foreign_key="run.run_id", ondelete="CASCADE")
    url: str
    created_at: datetime = _time()
    status: DeliveryStatus = Field(default="pending", sa_column=Column(String(16), nullable=False))
    attempts: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]], sa_column=Column(JSON, nullable=False)
    )  #: Each with at, status_code, error, seconds, in order.
    series: int = 0  #: How many attempts were made before it was last sent anew; retries count from here.
    next_attempt_at: datetime | None = _optional_time()  #: None unless it is pending.


class Cron(SQLModel, table=True):
    """A schedule on which runs are created."""

    __table_args__ = (Index("cron_by_next_run", "next_run_date"),)

    cron_id: str = Field(primary_key=True)
    assistant_id: str
    thread_id: str | None = Field(
        default=None, foreign_key="thread.thread_id", ondelete="CASCADE", nullable=True, index=True
    )  #: None: each run gets a thread of its own.
    schedule: str  #: Five fields of cron, or six with seconds first.
    timezone: str = (
        ""  #: In which the schedule is read: a name of the IANA database; "": none was given, UTC.
    )
    end_time: datetime | None = _optional_time()  #: The last moment at which it may fire.
    enabled: bool = True
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    #: The fields of its RunRequest, and ``enabled`` if its caller has said that.
    on_run_completed: AfterRun = Field(default="delete", sa_column=Column(String(16), nullable=False))
    #: What becomes of a thread that a run got for itself.
    missed: MissedPolicy = Field(default="once", sa_column=Column(String(16), nullable=False))
    #: What becomes of fires that no worker was there for.
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSON, nullable=False))
    owner: str = "local"  #: Whose turns its runs use up.
    next_run_date: datetime | None = (
        _optional_time()
    )  #: The next fire, if it is not paused; None after the last.
    created_at: datetime = _time()
    updated_at: datetime = _time()


class Removal(SQLModel, table=True):
    """A thread whose rows are gone and whose remains elsewhere are still to be removed."""

    thread_id: str = Field(primary_key=True)
    run_ids: list[str] = Field(default_factory=list[str], sa_column=Column(JSON, nullable=False))
    file_ids: list[str] = Field(default_factory=list[str], sa_column=Column(JSON, nullable=False))
    created_at: datetime = _time()


class Assistant(SQLModel, table=True):
    """A graph with a configuration of its own; what is here is its current version."""

    __table_args__ = (Index("assistant_by_graph", "graph_id"),)

    assistant_id: str = Field(primary_key=True)
    graph_id: str
    name: str
    description: str | None = None
    config: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    context: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSON, nullable=False))
    version: int = 1
    created_at: datetime = _time()
    updated_at: datetime = _time()


class AssistantVersion(SQLModel, table=True):
    """An assistant as it was made or changed to be, once."""

    assistant_id: str = Field(
        primary_key=True, foreign_key="assistant.assistant_id", ondelete="CASCADE", nullable=False
    )
    version: int = Field(primary_key=True)  #: From 1 on, in order of change.
    graph_id: str
    name: str
    description: str | None = None
    config: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    context: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSON, nullable=False))
    created_at: datetime = _time()


class Account(SQLModel, table=True):
    """Somebody who may log in."""

    user_id: str = Field(primary_key=True)
    username: str = Field(unique=True)  #: In lower case.
    email: str | None = Field(default=None, unique=True)
    password_hash: str
    role: Role = Field(default="user", sa_column=Column(String(16), nullable=False))
    is_active: bool = True
    session_epoch: int = 0  #: Sessions of an earlier one are over.
    created_at: datetime = _time()


class ApiKey(SQLModel, table=True):
    """A key for programs. Its secret is known to whoever made it, once."""

    key_id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="account.user_id", ondelete="CASCADE", index=True)
    name: str
    digest: str = Field(unique=True)  #: SHA-256 of the key, which is random and long.
    scopes: list[str] = Field(default_factory=list[str], sa_column=Column(JSON, nullable=False))
    created_at: datetime = _time()
    last_used_at: datetime | None = _optional_time()
    revoked_at: datetime | None = _optional_time()


class AuditEntry(SQLModel, table=True):
    """That somebody did something, or tried to. The database refuses to change or to delete it."""

    entry_id: int | None = Field(default=None, primary_key=True)
    at: datetime = _time()
    user_id: str | None = Field(default=None, index=True)  #: None: nobody known.
    name: str | None = None  #: The name of the account then; of a login, the one that was tried.
    action: str  #: Method and route, such as ``DELETE /threads/{thread_id}``.
    target: str  #: The path that was asked for.
    status: int  #: What it was answered with.
    address: str  #: Where it came from.
    request_id: str
    detail: str | None = None  #: Why it was refused, such as ``revoked key KEY_ID``.


class Blob(SQLModel, table=True):
    """Bytes in the file storage, which files of one owner with the same content share."""

    __table_args__ = (UniqueConstraint("owner", "sha256"),)

    key: str = Field(primary_key=True)  #: Where they lie; never used again for others.
    owner: str
    sha256: str
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    uses: int  #: How many files they are the content of.
    created_at: datetime = _time()


class File(SQLModel, table=True):
    """A file that somebody uploaded or a run wrote."""

    __table_args__ = (Index("file_by_owner", "owner", "created_at"), Index("file_by_expiry", "expires_at"))

    file_id: str = Field(primary_key=True)
    owner: str  #: Whose it is; "local" where nobody is told apart.
    name: str  #: For people.
    media_type: str
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str
    blob_key: str = Field(foreign_key="blob.key", index=True)
    retention: Retention = Field(default="inputs", sa_column=Column(String(16), nullable=False))
    created_at: datetime = _time()
    expires_at: datetime | None = _optional_time()  #: When the sweeper removes it; None: never.


class FileUsage(SQLModel, table=True):
    """What one owner's files come to; who changes them holds this row's lock."""

    owner: str = Field(primary_key=True)
    files: int = 0
    size: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False)
    )  #: Bytes, shared ones each time.


class Upload(SQLModel, table=True):
    """A file that arrives in parts, or goes to the storage directly; its id becomes the file's."""

    __table_args__ = (Index("upload_by_owner", "owner"),)

    upload_id: str = Field(primary_key=True)
    owner: str
    name: str
    length: int = Field(sa_column=Column(BigInteger, nullable=False))  #: Bytes of the whole file.
    retention: Retention = Field(default="inputs", sa_column=Column(String(16), nullable=False))
    direct_key: str | None = None  #: Where the client puts it in the storage itself, if it does.
    created_at: datetime = _time()


class Share(SQLModel, table=True):
    """Leave for one account to use one thing that is another's: exactly one of the three ids is there."""

    __table_args__ = tuple(
        Index(f"share_by_{name}", "user_id", name, unique=True)
        for name in ("thread_id", "assistant_id", "file_id")
    )

    share_id: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="account.user_id", ondelete="CASCADE")  #: To whom it is given.
    thread_id: str | None = Field(
        default=None, foreign_key="thread.thread_id", ondelete="CASCADE", nullable=True, index=True
    )
    assistant_id: str | None = Field(
        default=None, foreign_key="assistant.assistant_id", ondelete="CASCADE", nullable=True, index=True
    )
    file_id: str | None = Field(default=None, index=True)
    access: Sharing = Field(sa_column=Column(String(16), nullable=False))
    granted_by: str  #: Id of the account that gave it.
    created_at: datetime = _time()


#: Compares bytes, so that the ranges of prefixes are the same on every database.
_BYTEWISE = String().with_variant(String(collation="C"), "postgresql")


class StoreItem(SQLModel, table=True):
    """A document in the store that graphs and clients share."""

    __table_args__ = (Index("storeitem_by_expiry", "expires_at"),)

    namespace: str = Field(sa_column=Column(_BYTEWISE, primary_key=True))
    #: Its labels, each with a unit separator after it.
    key: str = Field(sa_column=Column(_BYTEWISE, primary_key=True))
    value: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = _time()
    updated_at: datetime = _time()
    ttl_minutes: float | None = None
    expires_at: datetime | None = _optional_time()


class StoreVector(SQLModel, table=True):
    """The embedding of one text of a document."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["namespace", "key"], ["storeitem.namespace", "storeitem.key"], ondelete="CASCADE"
        ),
    )

    namespace: str = Field(sa_column=Column(_BYTEWISE, primary_key=True))
    key: str = Field(sa_column=Column(_BYTEWISE, primary_key=True))
    path: str = Field(sa_column=Column(String, primary_key=True))  #: Where in the document the text is.
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  #: Floats of 32 bits, little-endian.


class ModelUsage(SQLModel, table=True):
    """What the model calls of one kind consumed in a run on a day (UTC). It outlives the run."""

    __table_args__ = (Index("modelusage_by_owner", "owner", "day"), Index("modelusage_by_day", "day"))

    run_id: str = Field(primary_key=True)
    day: str = Field(sa_column=Column(String(10), primary_key=True))  #: As in 2026-11-26.
    node: str = Field(primary_key=True)  #: Of the graph; "" outside of one.
    role: str = Field(primary_key=True)
    operation: str = Field(primary_key=True)
    model: str = Field(primary_key=True)  #: "provider:model".
    prompt: str = Field(primary_key=True)  #: "id@version#hash"; "" for a call without one.
    owner: str
    calls: int = 0
    cache_hits: int = 0
    failures: int = 0  #: Calls that were given up.
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    characters: int = 0  #: Spoken.
    sound_seconds: float = 0.0  #: Heard.
    cost: float | None = None  #: None: some of it has no known price.
    currency: str | None = Field(default=None, sa_column=Column(String(3), nullable=True))
    seconds: float = 0.0  #: That the calls took together.
