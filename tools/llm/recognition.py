"""Speech to text while it is spoken: Fun-ASR and Paraformer over a WebSocket."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from tools.errors import ModelAnswerInvalid, ModelRefused
from tools.llm.calling import Call, consumed, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.roles import Role
from tools.llm.task_socket import Task, TaskSocket, open_task
from tools.llm.usage import Answered, Usage

HEARING_RATE = 16_000  # samples per second of what is sent, unless something else is said


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionOptions:
    """How speech is heard."""

    rate: int = HEARING_RATE  #: Samples per second.
    language: str | None = None  #: Its code, such as ``zh``; None: the model finds out.
    silence_ms: int | None = None  #: After which a sentence has ended; None: the model's own measure.

    def parameters(self) -> dict[str, Any]:
        """The options as the provider takes them."""
        given: dict[str, Any] = {"format": "pcm", "sample_rate": self.rate}
        if self.language is not None:
            given["language_hints"] = [self.language]
        if self.silence_ms is not None:
            given["max_sentence_silence"] = self.silence_ms
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What is understood of a sentence."""

    text: str  #: So far; later ones of the same sentence take its place.
    is_final: bool
    begin_ms: int
    end_ms: int | None  #: None: it goes on.


class Recognition:
    """Speech that is being heard. Iterate over what is understood while another task sends."""

    def __init__(self, task: TaskSocket) -> None:
        self._task = task

    async def hear(self, samples: bytes) -> None:
        """Send speech: PCM16, mono, of the rate that was said."""
        await self._task.hear(samples)

    async def finish(self) -> None:
        """The speech is over; what is understood of its end is still to come."""
        await self._task.finish()

    async def __aiter__(self) -> AsyncIterator[Recognised]:
        """What is understood, until everything is.

        Raises:
            ModelUnavailable: The connection broke, or nothing more came although the speech is over.
            ModelRefused: The provider will not hear it.
            ModelAnswerInvalid: What came is no sentence.
        """
        async for output in self._task:
            if isinstance(output, dict) and (sentence := _sentence(output)) is not None:
                yield sentence


def _sentence(output: dict[str, Any]) -> Recognised | None:
    match output.get("sentence"):
        case {"heartbeat": True} | None:
            return None
        case {"text": str(text), "sentence_end": bool(is_final), "begin_time": int(begin), **rest}:
            end = rest.get("end_time")
            return Recognised(
                text=text, is_final=is_final, begin_ms=begin, end_ms=end if isinstance(end, int) else None
            )
        case _:
            raise ModelAnswerInvalid("the model sent a sentence that is malformed")


@asynccontextmanager
async def open_recognition(
    models: ChatModels, options: RecognitionOptions | None = None, *, role: Role = "asr"
) -> AsyncGenerator[Recognition]:
    """Speech that is heard while it is spoken; leaving the block ends that.

    Raises:
        ModelUnavailable: It could not be opened, however often that was tried.
        ModelRefused: The provider will not have it, or the role's model does not hear while somebody speaks.
    """
    parameters = (options or RecognitionOptions()).parameters()

    opened = AsyncExitStack()

    async def send(choice: ModelChoice) -> Answered[tuple[ModelChoice, TaskSocket]]:
        if not hears_live(choice):
            raise ModelRefused(
                f"{choice.name!r} hears whole recordings only",
                hint="Let a model such as dashscope:fun-asr-realtime play the role.",
                code="model_unfit",
            )
        task = Task(kind="asr", model=choice.model, parameters=parameters)
        under_way = await opened.enter_async_context(open_task(models, choice, task))
        return Answered(value=(choice, under_way), usage=Usage())

    call = Call(role=role, operation="transcription", send=send)
    async with opened:  # from here on: it may be given up after it was opened, and before that is known here
        choice, task = (await perform(models, call)).value
        began = perf_counter()
        try:
            yield Recognition(task)
        finally:  # before the socket is closed, which takes its time
            seconds = perf_counter() - began
            await consumed(models, choice, task.usage, role=role, operation="transcription", seconds=seconds)


def hears_live(choice: ModelChoice) -> bool:
    """Whether it hears over a WebSocket, and over nothing else."""
    return choice.protocol == "dashscope" and choice.ability == "asr" and "realtime" in choice.model
