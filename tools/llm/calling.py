"""The one path that every call to a model takes, whatever is asked for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from tools.errors import ModelUnavailable
from tools.llm.chat_models import ChatModels
from tools.llm.retries import with_retries
from tools.llm.roles import ModelChoice, Role
from tools.llm.usage import Answered

T = TypeVar("T")

Operation = Literal["chat", "embeddings", "rerank", "translation", "transcription", "speech"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """One request, before it is known how often it has to be sent."""

    role: Role
    operation: Operation
    send: Callable[[ModelChoice], Awaitable[Answered[T]]]  #: Sends it once, to the model that it is given.


async def perform(models: ChatModels, call: Call[T]) -> Answered[T]:
    """Send the request until it is answered, or nothing more is worth trying.

    Raises:
        ModelUnavailable: No answer came, however often the call was repeated.
        ModelRefused: The role is offline, or the provider will not answer.
        ModelAnswerInvalid: The answer is of no use.
    """
    choice = models.require(call.role)

    async def once() -> Answered[T]:
        async with models.turn():
            return await call.send(choice)

    try:
        answered = await with_retries(once, models.backoff)
    except ModelUnavailable:
        models.note_failure()
        raise
    models.note_answer()
    return answered
