"""How much of a task its caller wants to see."""

from dataclasses import dataclass
from typing import Any, Literal

from server.api.langgraph.json_rpc import INVALID_PARAMS, Params, RpcError

HistoryScope = Literal["context", "task"]

SCOPE_HEADER = "LangGraph-A2A-History-Scope"
SCOPES: tuple[HistoryScope, ...] = ("context", "task")


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What of a task is shown."""

    scope: HistoryScope = "context"  #: All that was said in the task's context, or to the task alone.
    history_length: int | None = None  #: The last messages only.
    with_artifacts: bool = True

    @classmethod
    def read(cls, params: Params, scope: str | None, *, with_artifacts: bool = True) -> "View":
        """The view that a call asks for.

        Args:
            params: What has ``historyLength``.
            scope: The header of the extension.

        Raises:
            RpcError: There is no such view.
        """
        length: Any = params.get("historyLength")
        if length is not None and (not isinstance(length, int) or isinstance(length, bool) or length < 0):
            raise RpcError(INVALID_PARAMS, "historyLength must be a non-negative integer.")
        if scope not in (None, *SCOPES):
            raise RpcError(INVALID_PARAMS, f"{SCOPE_HEADER} must be one of: {', '.join(SCOPES)}.")
        return cls(
            scope=scope or "context",
            history_length=length,
            with_artifacts=with_artifacts,
        )
