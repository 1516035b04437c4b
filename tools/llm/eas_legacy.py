"""PAI-EAS's first template of a language model: prompt and history in, one answer out.

The fields are those of langchain-community's PaiEasChatEndpoint, which blocks the event loop, waits for more
than an hour, and fails when it streams.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx2
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from tools.errors import InvalidInput, ModelAnswerInvalid
from tools.llm.chat_request import ChatRequest, Prepared
from tools.llm.choices import ModelChoice
from tools.llm.eas import EasClient

_MAX_TOKENS = 2048
_LONGEST = 24 * 3600.0  # seconds; how long an answer may take is the caller's to say


class LegacyEasChat(BaseChatModel):
    """A chat model that answers in one piece."""

    model_name: str
    temperature: float | None = None
    _client: EasClient = PrivateAttr()

    @property
    def _llm_type(self) -> str:
        return "eas-legacy"

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        body = _body(messages) | {
            "max_new_tokens": kwargs.get("max_tokens") or _MAX_TOKENS,
            "do_sample": False,
        }
        if self.temperature:
            body |= {"temperature": self.temperature, "do_sample": True}
        match await self._client.call_once(body):
            case {"response": str(text)}:
                yield ChatGenerationChunk(
                    message=AIMessageChunk(content=text, response_metadata={"finish_reason": "stop"})
                )
            case _:
                raise ModelAnswerInvalid("the service's answer has no field 'response' that is a text")

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("this model is asked from an event loop only")


def open_chat(choice: ModelChoice, http: httpx2.AsyncClient) -> LegacyEasChat:
    """A chat client for the service; time-outs and retries are the caller's."""
    model = LegacyEasChat(model_name=choice.model, temperature=choice.temperature)
    model._client = EasClient(choice.base_url, choice.api_key, timeout=_LONGEST, http=http)  # pyright: ignore[reportPrivateUsage] - of the class above
    return model


def prepare(choice: ModelChoice, request: ChatRequest) -> Prepared:
    """The request as ``LegacyEasChat.astream`` takes it; a schema is what the instructions make of it.

    Raises:
        InvalidInput: It has tools, of which this template knows nothing.
    """
    if request.tools:
        raise InvalidInput(
            f"{choice.name!r} cannot call tools", hint="Use a service with /v1: eas:MODEL.", code="no_tools"
        )
    return Prepared(messages=request.messages, options={"max_tokens": request.max_tokens})


def _body(messages: Sequence[BaseMessage]) -> dict[str, Any]:
    system = [message.text for message in messages if isinstance(message, SystemMessage)]
    asked = [message.text for message in messages if isinstance(message, HumanMessage)]
    answered = [message.text for message in messages if isinstance(message, AIMessage)]
    if not asked:
        raise InvalidInput("the messages hold no question of a user", code="no_question")
    history = [list(pair) for pair in zip(asked[:-1], answered, strict=False)]
    body: dict[str, Any] = {"prompt": asked[-1], "history": history}
    return body | ({"system_prompt": "\n\n".join(system)} if system else {})
