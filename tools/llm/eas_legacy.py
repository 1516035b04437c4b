"""PAI-EAS's first template of a language model: prompt and history in, one answer out.

The fields are those of langchain-community's PaiEasChatEndpoint, which blocks the event loop, waits for more
than an hour, and fails when it streams.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import httpx2
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from tools.errors import InvalidInput, ModelAnswerInvalid
from tools.llm.chat_request import ChatRequest
from tools.llm.choices import ModelChoice
from tools.llm.deltas import Delta
from tools.llm.eas import EasClient

_MAX_TOKENS = 2048
_LONGEST = 24 * 3600.0  # seconds; how long an answer may take is the caller's to say


class LegacyEasChat:
    """Asks a service that answers in one piece; a schema is what the instructions make of it."""

    def __init__(self, choice: ModelChoice, http: httpx2.AsyncClient) -> None:
        self._choice = choice
        self._client = EasClient(choice.base_url, choice.api_key, timeout=_LONGEST, http=http)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta]:
        """As ChatClient has it.

        Raises:
            InvalidInput: It has tools, of which this template knows nothing.
        """
        if request.tools:
            raise InvalidInput(
                f"{self._choice.name!r} cannot call tools",
                hint="Use a service with /v1: eas:MODEL.",
                code="no_tools",
            )
        body = _body(request.messages) | {
            "max_new_tokens": request.max_tokens or _MAX_TOKENS,
            "do_sample": False,
        }
        if self._choice.temperature:
            body |= {"temperature": self._choice.temperature, "do_sample": True}
        match await self._client.call_once(body):
            case {"response": str(text)}:
                yield Delta(text=text, reason="stop")
            case _:
                raise ModelAnswerInvalid("the service's answer has no field 'response' that is a text")


def open_chat(choice: ModelChoice, http: httpx2.AsyncClient) -> LegacyEasChat:
    """A chat client for the service."""
    return LegacyEasChat(choice, http)


def _body(messages: Sequence[BaseMessage]) -> dict[str, Any]:
    system = [message.text for message in messages if isinstance(message, SystemMessage)]
    asked = [message.text for message in messages if isinstance(message, HumanMessage)]
    answered = [message.text for message in messages if isinstance(message, AIMessage)]
    if not asked:
        raise InvalidInput("the messages hold no question of a user", code="no_question")
    history = [list(pair) for pair in zip(asked[:-1], answered, strict=False)]
    body: dict[str, Any] = {"prompt": asked[-1], "history": history}
    return body | ({"system_prompt": "\n\n".join(system)} if system else {})
