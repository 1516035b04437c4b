"""One streamed answer of a chat model, watched so that a stalled server cannot hang a run."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import RunnableConfig
from langchain_openai import ChatOpenAI

from tools.llm.failures import check_finish
from tools.llm.limits import arrived
from tools.llm.usage import Answered, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """How long one answer may take, in seconds."""

    first_token: float = 60.0  #: Until anything arrives; long prompts take their time.
    idle: float = 30.0  #: Between two pieces.
    total: float = 120.0


async def complete(
    model: ChatOpenAI,
    messages: Sequence[BaseMessage],
    *,
    extra_body: Mapping[str, Any],
    limits: TimeLimits,
    tags: Sequence[str] = (),
) -> Answered[str]:
    """Ask once.

    Args:
        model: The client.
        messages: What it reads.
        extra_body: Further fields of the request.
        limits: When to give up.
        tags: Marks that tracing and streaming see.

    Raises:
        ModelUnavailable: The answer broke off.
        ModelAnswerInvalid: It was cut at the length limit.
        ModelRefused: A content filter stopped it.
        TimeoutError: A limit passed.
        Exception: One of failures.TRANSPORT_ERRORS, as the client raises it.
    """
    text: list[str] = []
    reason: str | None = None
    usage = Usage(calls=1)
    clock = asyncio.get_running_loop().time
    async with asyncio.timeout(limits.total), asyncio.timeout(limits.first_token) as watch:
        config = RunnableConfig(tags=list(tags))
        async for chunk in model.astream(list(messages), config, extra_body=dict(extra_body)):
            arrived()
            watch.reschedule(clock() + limits.idle)
            text.append(chunk.text)
            reason = _finish_reason(chunk) or reason
            usage += _usage(chunk)
    check_finish(reason)
    return Answered(value="".join(text), usage=usage)


def _finish_reason(chunk: AIMessageChunk) -> str | None:
    return cast("dict[str, Any]", chunk.response_metadata).get("finish_reason")  # pyright: ignore[reportUnknownMemberType] - LangChain's field is a bare dict


def _usage(chunk: AIMessageChunk) -> Usage:
    if (metadata := chunk.usage_metadata) is None:
        return Usage()
    details = metadata.get("input_token_details", {})
    return Usage(
        input_tokens=metadata["input_tokens"],
        output_tokens=metadata["output_tokens"],
        cached_tokens=details.get("cache_read", 0),
    )
