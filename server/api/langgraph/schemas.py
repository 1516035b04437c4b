"""Bodies and answers of the LangGraph Server API, as its clients know them."""

from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from starlette.exceptions import HTTPException

from server.db.models import MultitaskStrategy, Run
from server.runs.configuration import allowed_metadata
from server.runs.job import Durability, RunRequest
from server.stream.modes import RunStreamMode


class SendTo(BaseModel):
    """A node to go to, with its input."""

    node: str
    input: Any


class CommandBody(BaseModel):
    """How an interrupted run goes on."""

    update: dict[str, Any] | list[tuple[str, Any]] | None = None
    resume: Any = None
    goto: str | SendTo | list[str | SendTo] | None = None


class ConfigBody(BaseModel):
    """LangGraph's run configuration; fields unknown here are passed on."""

    model_config = ConfigDict(extra="allow")

    configurable: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    recursion_limit: int = Field(default=100, ge=1)
    metadata: dict[str, Any] = Field(default_factory=dict)


LONGEST_DELAY = 10 * 366 * 24 * 3600  # seconds


class RunBody(BaseModel):
    """What runs and crons are created from; fields unknown here are ignored, as officially."""

    model_config = ConfigDict(extra="ignore")

    assistant_id: str
    input: Any = None
    command: CommandBody | None = None
    metadata: dict[str, Any] | None = None
    config: ConfigBody | None = None
    context: dict[str, Any] | None = None
    stream_mode: tuple[RunStreamMode, ...] = ("values",)
    stream_subgraphs: bool = False
    stream_resumable: bool = False
    interrupt_before: Literal["*"] | list[str] | None = None
    interrupt_after: Literal["*"] | list[str] | None = None
    webhook: str | None = None
    multitask_strategy: MultitaskStrategy = "enqueue"
    durability: Durability | None = None

    @field_validator("stream_mode", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        if value is None or value == []:
            return ("values",)
        return (value,) if isinstance(value, str) else value

    def check(self) -> None:
        """Raise HTTPException for what has a status of its own in the official server."""
        if self.context and self.config and self.config.configurable:
            raise HTTPException(
                400, "Cannot specify both configurable and context. Use context, which replaces configurable."
            )

    def request(self, *, keep_thread: bool) -> RunRequest:
        """The run that is asked for."""
        config = self.config.model_dump(exclude_unset=True) if self.config else {}
        if "metadata" in config:
            config["metadata"] = allowed_metadata(config["metadata"])
        return RunRequest(
            assistant_id=self.assistant_id,
            input=self.input,
            command=self.command.model_dump() if self.command else None,
            metadata=allowed_metadata(self.metadata or {}),
            config=config,
            context=self.context or {},
            stream_mode=self.stream_mode,
            stream_subgraphs=self.stream_subgraphs,
            stream_resumable=self.stream_resumable,
            interrupt_before=self.interrupt_before,
            interrupt_after=self.interrupt_after,
            webhook=self.webhook,
            multitask_strategy=self.multitask_strategy,
            durability=self.durability or "async",
            keep_thread=keep_thread,
        )


class RunCreate(RunBody):
    """What the routes take that create a run."""

    checkpoint: dict[str, Any] | None = None
    checkpoint_id: str | None = None
    if_not_exists: Literal["create", "reject"] = "reject"
    on_disconnect: Literal["cancel", "continue"] = "continue"
    on_completion: Literal["delete", "keep"] = "delete"
    after_seconds: int | float = Field(default=0, ge=0, le=LONGEST_DELAY)
    checkpoint_during: bool | None = None
    strict_resume: bool = False
    feedback_keys: list[str] | None = None
    langsmith_tracer: dict[str, Any] | None = None

    def request(self, *, keep_thread: bool) -> RunRequest:
        """The run that is asked for."""
        asked = super().request(keep_thread=keep_thread)
        chosen = {k: v for k, v in (self.checkpoint or {}).items() if k.startswith("checkpoint_")}
        if self.checkpoint_id:
            chosen["checkpoint_id"] = self.checkpoint_id
        config = asked.config
        if chosen:
            config = config | {"configurable": config.get("configurable", {}) | chosen}
        lasting = "exit" if self.checkpoint_during is False else "async"
        return replace(
            asked,
            config=config,
            if_not_exists=self.if_not_exists,
            durability=self.durability or lasting,
            after_seconds=self.after_seconds,
            strict_resume=self.strict_resume,
            feedback_keys=self.feedback_keys,
        )


class RunsCancel(BaseModel):
    """Which runs POST /runs/cancel stops: some of one thread, or all in some state."""

    status: Literal["pending", "running", "all"] | None = None
    thread_id: UUID | None = None
    run_ids: list[UUID] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "RunsCancel":
        if self.status is not None and (self.thread_id or self.run_ids is not None):
            raise ValueError("When providing a 'status', 'thread_id' and 'run_ids' must be omitted.")
        if self.status is None and (self.thread_id is None or not self.run_ids):
            raise ValueError("Give either a 'status', or a 'thread_id' and 'run_ids'.")
        return self


def run_json(run: Run) -> dict[str, Any]:
    """A run as the API shows it."""
    return {
        "run_id": run.run_id,
        "thread_id": run.thread_id,
        "assistant_id": run.assistant_id,
        "metadata": run.meta,
        "status": run.status,
        "kwargs": {key: value for key, value in run.kwargs.items() if not key.startswith("_")},
        "multitask_strategy": run.multitask_strategy,
        "created_at": run.created_at.isoformat(),
        "updated_at": run.updated_at.isoformat(),
        "langsmith_session_name": None,
    }
