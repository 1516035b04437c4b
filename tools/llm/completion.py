"""One streamed answer of a chat model, watched so that a stalled server cannot hang a run."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, ToolCall, ToolCallChunk, UsageMetadata
from langchain_core.runnables import RunnableConfig

from tools.llm.chat_request import Prepared
from tools.llm.failures import check_finish
from tools.llm.limits import arrived
from tools.llm.merging import merging
from tools.llm.tool_calls import joined, parsed
from tools.llm.usage import Answered, Usage

_SLACK = 0.1  # of the idle limit: the watch is set anew no more often, as each time costs 40 us
# Under one of these, or under its lifetime, a client says what the provider put into its cache.
_WRITES = ("cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


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
    model: BaseChatModel,
    prepared: Prepared,
    *,
    limits: TimeLimits,
    tags: Sequence[str] = (),
    is_cumulative: bool = False,
    on_text: Callable[[str], None] | None = None,
    reads_arguments: bool = False,
) -> Answered[Completion]:
    """Ask once.

    Args:
        model: The client.
        prepared: What it is asked.
        limits: When to give up.
        tags: Marks that tracing and streaming see.
        is_cumulative: Each piece repeats what came before.
        on_text: Given each piece of text, what is new of it, as soon as it is there.
        reads_arguments: Pieces of a tool's arguments are given to it, too: the tool stands for a schema.

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
    usage = Usage(calls=1)
    clock = asyncio.get_running_loop().time
    looked = 0.0
    merges = merging(is_read=on_text is not None, stall_seconds=limits.idle)
    config = RunnableConfig(tags=list(tags))
    async with asyncio.timeout(limits.total), asyncio.timeout(limits.first_token) as watch:
        with nullcontext() if is_cumulative else merges:
            async for chunk in model.astream(list(prepared.messages), config, **prepared.options):
                arrived()
                if (now := clock()) - looked >= limits.idle * _SLACK:
                    watch.reschedule(now + limits.idle * (1 + _SLACK))
                    looked = now
                piece = text.add(chunk.text) + (_arguments(chunk) if reads_arguments else "")
                if piece and on_text is not None:
                    on_text(piece)
                calls += chunk.tool_call_chunks
                reason = _finish_reason(chunk) or reason
                if chunk.usage_metadata is not None:
                    usage += _usage(chunk.usage_metadata)
    check_finish(reason, may_call="tools" in prepared.options)
    return Answered(value=Completion(text=text.whole, calls=joined(calls)), usage=usage)


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


def _arguments(chunk: AIMessageChunk) -> str:
    return "".join(call["args"] or "" for call in chunk.tool_call_chunks)


def _finish_reason(chunk: AIMessageChunk) -> str | None:
    metadata = cast("dict[str, Any]", chunk.response_metadata)  # pyright: ignore[reportUnknownMemberType] - LangChain's field is a bare dict
    return metadata.get("finish_reason") or metadata.get("stop_reason")


def _usage(metadata: UsageMetadata) -> Usage:
    details = metadata.get("input_token_details", {})
    return Usage(
        input_tokens=metadata["input_tokens"],
        output_tokens=metadata["output_tokens"],
        cached_tokens=details.get("cache_read") or 0,
        cache_write_tokens=sum(cast("int | None", details.get(name)) or 0 for name in _WRITES),
    )
