"""What a caller asks of a run, as values that survive a restart."""

from dataclasses import dataclass, field
from typing import Any, Literal

from server.db.models import MultitaskStrategy, Run, RunPriority
from server.stream.modes import RecordedMode

Durability = Literal["sync", "async", "exit"]


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One run that somebody wants; the fields are those of LangGraph's RunCreate."""

    assistant_id: str  #: A graph's id or an assistant's UUID.
    input: Any = None
    command: dict[str, Any] | None = None  #: resume, update, goto.
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    context: dict[str, Any] = field(default_factory=dict[str, Any])
    stream_mode: tuple[RecordedMode, ...] = ("values",)
    stream_subgraphs: bool = False
    stream_resumable: bool = False
    interrupt_before: Any = None
    interrupt_after: Any = None
    webhook: str | None = None
    multitask_strategy: MultitaskStrategy = "enqueue"
    if_not_exists: Literal["create", "reject"] = "reject"  #: What to do when the thread is unknown.
    durability: Durability = "async"
    after_seconds: float = 0  #: How long the run waits before its turn can come.
    strict_resume: bool = False  #: Whether an answer to an interrupt that does not wait is an error.
    feedback_keys: list[str] | None = None  #: Kept, and nothing else: they are LangSmith's.
    keep_thread: bool = True  #: False for the thread of a stateless run.
    user: dict[str, Any] | None = None  #: Who asks, with their identity and permissions, if that is known.
    owner: str = "local"  #: Whose turn it uses up.
    priority: RunPriority = "normal"  #: "low" for what nobody waits for.

    @classmethod
    def again(cls, run: Run) -> "RunRequest":
        """The request that a run was accepted for."""
        kwargs = run.kwargs
        return cls(
            assistant_id=run.assistant_id,
            input=kwargs["input"],
            command=kwargs["command"],
            metadata=run.meta,
            config=kwargs["config"],
            context=kwargs["context"] | ({"models": kwargs["models"]} if "models" in kwargs else {}),
            stream_mode=tuple(kwargs["stream_mode"]),
            stream_subgraphs=kwargs["subgraphs"],
            stream_resumable=kwargs["resumable"],
            interrupt_before=kwargs["interrupt_before"],
            interrupt_after=kwargs["interrupt_after"],
            webhook=kwargs["webhook"],
            durability=kwargs["durability"],
            strict_resume=kwargs.get("strict_resume", False),
            feedback_keys=kwargs["feedback_keys"],
            user=kwargs["config"]["configurable"].get("langgraph_auth_user"),
            keep_thread=not kwargs["temporary"],
            owner=run.owner,
            priority=run.priority,
        )

    def kwargs(self) -> dict[str, Any]:
        """What the worker needs, as the API shows it in a run's ``kwargs``."""
        return {
            "input": self.input,
            "command": self.command,
            "config": self.config,
            "context": self.context,
            "stream_mode": list(self.stream_mode),
            "interrupt_before": self.interrupt_before,
            "interrupt_after": self.interrupt_after,
            "webhook": self.webhook,
            "feedback_keys": self.feedback_keys,
            "temporary": not self.keep_thread,
            "subgraphs": self.stream_subgraphs,
            "resumable": self.stream_resumable,
            "checkpoint_during": self.durability != "exit",
            "durability": self.durability,
        } | ({"strict_resume": True} if self.strict_resume else {})
