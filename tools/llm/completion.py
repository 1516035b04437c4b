"""One streamed answer of a chat model, watched so that a stalled server cannot hang a run."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import ToolCall, ToolCallChunk

from tools.llm.chat_request import ChatRequest
from tools.llm.deltas import ChatClient, Delta
from tools.llm.failures import check_finish
from tools.llm.limits import arrived
from tools.llm.tool_calls import joined, parsed
from tools.llm.usage import Answered, Usage

_SLACK = 0.1  # of the idle limit: the watch is set anew no more often, as each time costs 40 us


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """How long one answer may take, in seconds."""

    first_token: float = 60.0  #: Until anything arrives; long prompts take their time.
    idle: float = 30.0  #: Between two pieces.
    total: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model said, and which tools it wants called."""

    text: str
    calls: tuple[ToolCallChunk, ...] = ()  #: Each whole, its arguments as the model wrote them.

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {"text": self.text, "calls": list(self.calls)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Completion":
        """It again."""
        return cls(text=kept["text"], calls=tuple(kept["calls"]))

    @property
    def written(self) -> str:
        """The answer to a schema, wherever the model put it: the text, or the tool that stands for it."""
        return next((call["args"] for call in self.calls if call["args"]), self.text)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls with their arguments read.

        Raises:
            ModelAnswerInvalid: Arguments are no JSON object.
        """
        return [parsed(call) for call in self.calls]


async def complete(
    client: ChatClient,
    request: ChatRequest,
    *,
    limits: TimeLimits,
    is_cumulative: bool = False,
    on_text: Callable[[str], None] | None = None,
) -> Answered[Completion]:
    """Ask once.

    Args:
        client: Of the model.
        request: What it is asked.
        limits: When to give up.
        is_cumulative: Each piece repeats what came before.
        on_text: Given each piece of text, what is new of it, as soon as it is there; where the answer has a
            schema, pieces of a tool's arguments, too: the tool stands for the schema.

    Raises:
        ModelUnavailable: The answer broke off.
        ModelAnswerInvalid: It was cut at the length limit.
        ModelRefused: A content filter stopped it.
        TimeoutError: A limit passed.
        Exception: One of failures.transport_errors(), as the client raises it.
    """
    text = _Text(is_cumulative)
    calls: list[ToolCallChunk] = []
    reason: str | None = None
    usage = Usage()
    clock = asyncio.get_running_loop().time
    looked = 0.0
    is_for_schema = request.schema is not None
    async with (
        asyncio.timeout(limits.total),
        asyncio.timeout(limits.first_token) as watch,
        aclosing(client.stream(request)) as deltas,
    ):
        async for delta in deltas:
            arrived()
            if (now := clock()) - looked >= limits.idle * _SLACK:
                watch.reschedule(now + limits.idle * (1 + _SLACK))
                looked = now
            piece = text.add(delta.text)
            if on_text is not None and (piece := piece + (_arguments(delta) if is_for_schema else "")):
                on_text(piece)
            calls += delta.calls
            reason = delta.reason or reason
            usage = delta.usage or usage
    check_finish(reason, may_call=is_for_schema or bool(request.tools))
    return Answered(value=Completion(text=text.whole, calls=joined(calls)), usage=replace(usage, calls=1))


class _Text:
    """The text of a stream, whose pieces follow each other or each hold all that came before."""

    def __init__(self, is_cumulative: bool) -> None:
        self._is_cumulative = is_cumulative
        self._pieces: list[str] = []

    def add(self, piece: str) -> str:
        """Take a piece; returns what is new in it."""
        if self._is_cumulative and piece:
            so_far = self.whole
            # A server that has stopped repeating itself is taken at its word.
            piece = piece.removeprefix(so_far) if piece.startswith(so_far) else piece
            self._pieces = [so_far]
        self._pieces.append(piece)
        return piece

    @property
    def whole(self) -> str:
        return "".join(self._pieces)


def _arguments(delta: Delta) -> str:
    return "".join(call["args"] or "" for call in delta.calls)
