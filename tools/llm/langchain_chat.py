"""A chat model of LangChain's as a ChatClient."""

from collections.abc import AsyncGenerator, Callable
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage, UsageMetadata
from langchain_core.runnables import RunnableConfig

from tools.llm.chat_request import ChatRequest
from tools.llm.deltas import Delta
from tools.llm.usage import Usage

_TAGS = ["nostream"]  # LangGraph keeps the tokens of calls so tagged out of what it streams to readers
# Under one of these, or under its lifetime, a client says what the provider put into its cache.
_WRITES = ("cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")

Prepare = Callable[[ChatRequest], tuple[list[BaseMessage], dict[str, Any]]]


class LangChainChat:
    """Asks through a model of LangChain's.

    Args:
        model: The model.
        prepare: A request as messages and options of the model's ``astream``.
    """

    def __init__(self, model: BaseChatModel, prepare: Prepare) -> None:
        self._model = model
        self._prepare = prepare

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta]:
        """As ChatClient has it."""
        messages, options = self._prepare(request)
        usage = Usage()
        async for chunk in self._model.astream(messages, RunnableConfig(tags=_TAGS), **options):
            if chunk.usage_metadata is not None:
                usage += _usage(chunk.usage_metadata)
            reason = _finish_reason(chunk)
            yield Delta(text=chunk.text, calls=chunk.tool_call_chunks, reason=reason, usage=usage)


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
