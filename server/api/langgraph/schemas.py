"""Bodies and answers of the LangGraph Server API, as its clients know them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from server.db.models import Run
from server.runs.job import Durability, RunRequest
from server.stream.modes import RunStreamMode


class SendTo(BaseModel):
    """A node to go to, with its input."""

    node: str
    input: Any


class CommandBody(BaseModel):
    """How an interrupted run goes on."""

    update: dict[str, Any] | list[Any] | None = None
    resume: Any = None
    goto: str | SendTo | list[str | SendTo] | None = None


class ConfigBody(BaseModel):
    """LangGraph's run configuration; fields unknown here are passed on."""

    model_config = ConfigDict(extra="allow")

    configurable: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    recursion_limit: int = Field(default=100, ge=1)


class RunCreate(BaseModel):
    """What every route that creates a run takes; fields unknown here are ignored, as officially."""

    model_config = ConfigDict(extra="ignore")

    assistant_id: str
    input: Any = None
    command: CommandBody | None = None
    metadata: dict[str, Any] | None = None
    config: ConfigBody | None = None
    context: dict[str, Any] | None = None
    checkpoint: dict[str, Any] | None = None
    stream_mode: tuple[RunStreamMode, ...] = ("values",)
    stream_subgraphs: bool = False
    stream_resumable: bool = False
    interrupt_before: Literal["*"] | list[str] | None = None
    interrupt_after: Literal["*"] | list[str] | None = None
    webhook: str | None = None
    multitask_strategy: Literal["enqueue", "reject"] = "enqueue"
    if_not_exists: Literal["create", "reject"] = "reject"
    on_disconnect: Literal["cancel", "continue"] = "continue"
    on_completion: Literal["delete", "keep"] = "delete"
    durability: Durability | None = None
    checkpoint_during: bool | None = None

    @field_validator("stream_mode", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        if value is None or value == []:
            return ("values",)
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _not_both(self) -> "RunCreate":
        if self.context and self.config and self.config.configurable:
            raise ValueError("Cannot specify both configurable and context. Use context, which replaces it.")
        return self

    def request(self, *, keep_thread: bool) -> RunRequest:
        """The run that is asked for."""
        config = self.config.model_dump(exclude_unset=True) if self.config else {}
        if self.checkpoint:
            chosen = {k: v for k, v in self.checkpoint.items() if k.startswith("checkpoint_")}
            config["configurable"] = config.get("configurable", {}) | chosen
        lasting = "exit" if self.checkpoint_during is False else "async"
        return RunRequest(
            assistant_id=self.assistant_id,
            input=self.input,
            command=self.command.model_dump() if self.command else None,
            metadata=self.metadata or {},
            config=config,
            context=self.context or {},
            stream_mode=self.stream_mode,
            stream_subgraphs=self.stream_subgraphs,
            stream_resumable=self.stream_resumable,
            interrupt_before=self.interrupt_before,
            interrupt_after=self.interrupt_after,
            webhook=self.webhook,
            multitask_strategy=self.multitask_strategy,
            if_not_exists=self.if_not_exists,
            durability=self.durability or lasting,
            keep_thread=keep_thread,
        )


def run_json(run: Run) -> dict[str, Any]:
    """A run as the API shows it."""
    return {
        "run_id": run.run_id,
        "thread_id": run.thread_id,
        "assistant_id": run.assistant_id,
        "metadata": run.meta,
        "status": run.status,
        "kwargs": {key: value for key, value in run.kwargs.items() if not key.startswith("_")},
        "multitask_strategy": "enqueue",
        "created_at": run.created_at.isoformat(),
        "updated_at": run.updated_at.isoformat(),
    }
