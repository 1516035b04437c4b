"""An answer of a chat model while it is written, the same for every protocol."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from langchain_core.messages import ToolCallChunk

from tools.llm.chat_request import ChatRequest
from tools.llm.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What has come since the last one."""

    text: str = ""
    calls: Sequence[ToolCallChunk] = ()  #: Of tools, or parts of them.
    reason: str | None = None  #: Why the answer has ended.
    usage: Usage | None = None  #: What the provider has counted for all of the answer so far.


class ChatClient(Protocol):
    """Asks one chat model; retries and time-outs are the caller's."""

    def stream(self, request: ChatRequest) -> AsyncGenerator[Delta]:
        """Send a request; whoever leaves early closes the generator, and with it the connection.

        Raises:
            ModelError: The provider refuses, within the stream or before it.
            Exception: One of failures.transport_errors().
        """
        ...
