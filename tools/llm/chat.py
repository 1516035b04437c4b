"""Asking a chat model for text or for calls of tools, in one piece or as it is written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from langchain_core.messages import BaseMessage
from pydantic import BaseModel

from prompts import Prompt
from tools.cancellation import end
from tools.errors import ModelAnswerInvalid
from tools.llm.calling import Call, perform
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest
from tools.llm.choices import ModelChoice
from tools.llm.completion import Completion, complete
from tools.llm.protocols import protocol_of
from tools.llm.roles import Role
from tools.llm.usage import Answered

TAGS = ("nostream",)  # LangGraph keeps the tokens of calls so tagged out of what it streams to readers
_LEAVING_SECONDS = 3.0  # that a request which is wanted no longer gets to end well


async def chat(
    models: ChatModels,
    role: Role,
    messages: Sequence[BaseMessage],
    *,
    thinks: bool = False,
    max_tokens: int | None = None,
) -> Answered[str]:
    """A text for an answer.

    Args:
        models: The models of the run.
        role: Which of them to ask.
        messages: What it reads; instructions first, which providers keep in their caches.
        thinks: Whether it is to think before, where the model does so on demand.
        max_tokens: Of the answer; one that is longer is an error.

    Raises:
        ModelUnavailable: No answer came, however often the call was repeated.
        ModelRefused: The provider will not answer.
        ModelAnswerInvalid: The answer is empty, or was cut.
    """
    request = ChatRequest(messages=messages, thinks=thinks, max_tokens=max_tokens)
    answered = await converse(models, role, request)
    return Answered(value=answered.value.text, usage=answered.usage)


async def converse(models: ChatModels, role: Role, request: ChatRequest) -> Answered[Completion]:
    """Text, calls of tools, or both; raises as ``chat`` does."""

    async def send(choice: ModelChoice) -> Answered[Completion]:
        return await send_chat(models, choice, request)

    return await perform(models, _call(role, request, send))


def _call(
    role: Role,
    request: ChatRequest,
    send: Callable[[ModelChoice], Awaitable[Answered[Completion]]],
    *,
    prompt: Prompt | None = None,
) -> Call[Completion]:
    return Call(
        role=role,
        operation="chat",
        send=send,
        request=request.as_json(),
        as_json=Completion.as_json,
        from_json=Completion.from_json,
        prompt=prompt,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of an answer that is being written."""

    text: str
    begins_anew: bool = (
        False  #: What came before is void: the connection broke, and the model was asked again.
    )


class ChatStream:
    """An answer while it is written: iterate over its pieces; then ``answer`` is the whole.

    The iteration raises what ``chat`` raises, so that half an answer never passes for a whole.
    """

    def __init__(self) -> None:
        self.answer: Answered[str] | None = None  #: None until all has come.
        self.asking: asyncio.Task[None] | None = None
        self._pieces = asyncio.Queue[Piece | None]()
        self._given = ""
        self._is_anew = False

    def __aiter__(self) -> AsyncIterator[Piece]:
        return self

    async def __anext__(self) -> Piece:
        piece = await self._pieces.get()
        if piece is not None:
            return piece
        self._pieces.put_nowait(None)
        if self.asking is not None:
            await self.asking
        raise StopAsyncIteration

    def begin(self) -> None:
        """A request is sent, whether for the first time or again."""
        self._is_anew = self._is_anew or bool(self._given)
        self._given = ""

    def add(self, text: str) -> None:
        """A piece has come."""
        self._pieces.put_nowait(Piece(text=text, begins_anew=self._is_anew))
        self._given += text
        self._is_anew = False

    def finish(self, answer: Answered[str]) -> None:
        """All has come; an answer that came in one piece, as from a cache, is given as one."""
        if answer.value != self._given:
            self.begin()
            self.add(answer.value)
        self.answer = answer

    def end(self) -> None:
        """Nothing more will come."""
        self._pieces.put_nowait(None)


@asynccontextmanager
async def stream_chat(
    models: ChatModels,
    role: Role,
    messages: Sequence[BaseMessage],
    *,
    thinks: bool = False,
    max_tokens: int | None = None,
    schema: type[BaseModel] | None = None,
    prompt: Prompt | None = None,
) -> AsyncGenerator[ChatStream]:
    """As ``chat``, with the pieces as they come; leaving the block cancels the request.

    Args:
        models: As in ``chat``, like all that is not named here.
        role: Likewise.
        messages: Likewise.
        thinks: Likewise.
        max_tokens: Likewise.
        schema: Of the answer, whose pieces then are those of its JSON.
        prompt: What the request was made from.
    """
    request = ChatRequest(messages=messages, thinks=thinks, max_tokens=max_tokens, schema=schema)
    stream = ChatStream()

    async def send(choice: ModelChoice) -> Answered[Completion]:
        stream.begin()
        return await send_chat(models, choice, request, on_text=stream.add)

    async def ask() -> None:
        try:
            answered = await perform(models, _call(role, request, send, prompt=prompt))
            stream.finish(Answered(value=answered.value.written, usage=answered.usage))
        finally:
            stream.end()

    stream.asking = asyncio.create_task(ask())
    try:
        yield stream
    finally:
        await end(stream.asking, again_after=_LEAVING_SECONDS)  # its failure was raised to who iterates


async def send_chat(
    models: ChatModels,
    choice: ModelChoice,
    request: ChatRequest,
    *,
    on_text: Callable[[str], None] | None = None,
) -> Answered[Completion]:
    """Send the request once, to this model; what it raises is the call path's to judge."""
    answered = await complete(
        await models.clients.chat(choice),
        protocol_of(choice).prepare(choice, request),
        limits=models.limits,
        tags=TAGS,
        is_cumulative=choice.is_cumulative,
        on_text=on_text,
        reads_arguments=request.schema is not None,
    )
    if request.schema is None and not answered.value.text.strip() and not answered.value.calls:
        raise ModelAnswerInvalid("the model's answer is empty", code="model_answer_empty")
    return answered
