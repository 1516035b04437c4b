"""How a chat model is asked, by the protocol that its provider speaks."""

from typing import Protocol

import httpx2
from langchain_core.language_models import BaseChatModel

from tools.llm import eas_legacy, openai
from tools.llm.chat_request import ChatRequest, Prepared
from tools.llm.choices import ModelChoice


class ChatProtocol(Protocol):
    """What the module of each protocol has."""

    def open_chat(self, choice: ModelChoice, http: httpx2.AsyncClient, /) -> BaseChatModel:
        """A chat client for this model; retries and time-outs are the caller's."""
        ...

    def prepare(self, choice: ModelChoice, request: ChatRequest, /) -> Prepared:
        """The request as the client's ``astream`` takes it."""
        ...


def protocol_of(choice: ModelChoice) -> ChatProtocol:
    """The protocol's module; the first time, that of Claude takes a second."""
    match choice.protocol:
        case "anthropic":
            from tools.llm import anthropic  # noqa: PLC0415 - a second, for those who ask Claude

            return anthropic
        case "eas_legacy":
            return eas_legacy
        case "openai" | "dashscope":
            return openai
