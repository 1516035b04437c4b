"""The clients of providers and models, each opened once."""

import asyncio
from typing import TYPE_CHECKING

import httpx2
from langchain_core.language_models import BaseChatModel

from tools.llm import openai
from tools.llm.choices import ModelChoice
from tools.llm.protocols import protocol_of
from tools.llm.transport import http_client

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class Clients:
    """Opens clients at their first use. Belongs to one event loop.

    Args:
        connect_seconds: How long a connection may take to open.
    """

    def __init__(self, *, connect_seconds: float = 10.0) -> None:
        self._connect_seconds = connect_seconds
        self._openai: dict[str, AsyncOpenAI] = {}  # by the provider's name
        self._chat: dict[str, BaseChatModel] = {}  # by the model's name

    async def openai(self, choice: ModelChoice) -> "AsyncOpenAI":
        """The client of this model's provider for what is not chat."""
        if choice.provider not in self._openai:
            http = await http_client(choice, connect_seconds=self._connect_seconds)
            opened = await asyncio.to_thread(openai.open_client, choice, http)  # it loads the client first
            self._openai.setdefault(choice.provider, opened)
        return self._openai[choice.provider]

    async def chat(self, choice: ModelChoice) -> BaseChatModel:
        """The chat client of this model."""
        if choice.name not in self._chat:
            http = await http_client(choice, connect_seconds=self._connect_seconds)
            opened = await asyncio.to_thread(_open_chat, choice, http)  # it loads the client first
            self._chat.setdefault(choice.name, opened)
        return self._chat[choice.name]


def _open_chat(choice: ModelChoice, http: httpx2.AsyncClient) -> BaseChatModel:
    return protocol_of(choice).open_chat(choice, http)
