"""Speech to text of long recordings, which the provider fetches and writes down in its own time.

A task is submitted and polled, and its result lies at an address of its own: Fun-ASR, Paraformer and
Qwen-ASR-Filetrans. Source: Model Studio's page "Fun-ASR HTTP API for audio file transcription".
"""

import asyncio
import json
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.errors import InvalidInput, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from tools.heartbeat import beating
from tools.llm.calling import Call, consumed, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.failures import explain_code
from tools.llm.requests import post, read, require_url, spoken_or_heard
from tools.llm.retries import with_retries
from tools.llm.roles import Role
from tools.llm.transport import download
from tools.llm.usage import Answered, Usage

MAX_RESULT = 64 * 1024 * 1024  # bytes
_PATH = "services/audio/asr/transcription"
_ASYNC = {"X-DashScope-Async": "enable"}
_LONGEST_NAP = 10.0  # seconds between two questions whether it is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence and when it is said."""

    text: str
    begin_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What is said in a recording."""

    text: str
    sentences: tuple[Sentence, ...]


class _Given(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Result(_Given):
    subtask_status: str = "SUCCEEDED"
    transcription_url: str | None = None
    code: str | None = None
    message: str | None = None


class _Output(_Given):
    task_id: str
    task_status: str
    code: str | None = None
    message: str | None = None
    results: tuple[_Result, ...] = ()
    result: _Result | None = None


class _Task(_Given):
    output: _Output
    usage: dict[str, Any] | None = None


class _Sentence(_Given):
    text: str
    begin_time: int
    end_time: int


class _Channel(_Given):
    text: str
    sentences: tuple[_Sentence, ...] = ()


class _Transcription(_Given):
    transcripts: tuple[_Channel, ...]


async def transcribe_file(
    models: ChatModels,
    url: str,
    *,
    language: str | None = None,
    role: Role = "asr",
    patience_seconds: float = 3600.0,
    first_nap: float = 1.0,
) -> Answered[Transcript]:
    """What is said in the recording at an address.

    Args:
        models: The models of the run.
        url: Where it lies, for the provider to fetch: http or https.
        language: Its code, such as ``zh``; None: the model finds out.
        role: Which model to ask.
        patience_seconds: How long it may take.
        first_nap: Seconds until it is asked again whether it is done; they grow.

    Raises:
        InvalidInput: The address is none.
        ModelUnavailable: It was not done in time, or the provider did not answer.
        ModelRefused: The provider will not do it, or cannot fetch the recording.
        ModelAnswerInvalid: The transcript is malformed.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise InvalidInput(
            "the recording's address has to begin with http:// or https://",
            hint="Put it where the provider can fetch it, such as a signed address of a bucket.",
            code="unknown_audio",
        )

    async def send(choice: ModelChoice) -> Answered[tuple[ModelChoice, str]]:
        return Answered(value=(choice, await _submit(models, choice, url, language)), usage=Usage())

    began = perf_counter()
    submitted = await perform(models, Call(role=role, operation="transcription", send=send))
    choice, task_id = submitted.value
    usage = Usage(calls=1)  # a task that fails may cost something, and nobody says what
    try:
        where, usage = await _result_of(models, choice, task_id, patience_seconds, first_nap)
    finally:
        seconds = perf_counter() - began
        usage = await consumed(models, choice, usage, role=role, operation="transcription", seconds=seconds)

    async def fetch() -> bytes:
        async with asyncio.timeout(models.limits.total):
            return await download(where, max_bytes=MAX_RESULT)

    transcript = _transcript(await with_retries(fetch, models.backoff))
    return Answered(value=transcript, usage=usage, model=submitted.model)


def takes_files(choice: ModelChoice) -> bool:
    """Whether it hears recordings by their address only."""
    is_older = choice.model.startswith(("fun-asr", "paraformer")) and "realtime" not in choice.model
    return choice.protocol == "dashscope" and (is_older or "filetrans" in choice.model)


async def _submit(models: ChatModels, choice: ModelChoice, url: str, language: str | None) -> str:
    if not takes_files(choice):
        raise ModelRefused(
            f"{choice.name!r} takes no recordings by their address",
            hint="Let a model such as dashscope:qwen3-asr-flash-filetrans play the role.",
            code="model_unfit",
        )
    # The newer models take one recording, the older ones a list.
    given: dict[str, Any] = {"file_url": url} if "filetrans" in choice.model else {"file_urls": [url]}
    parameters = {"language_hints": [language]} if language is not None else {}
    body = {"model": choice.model, "input": given, "parameters": parameters}
    task = await post(models, choice, _url(choice, _PATH), body, _Task, headers=_ASYNC)
    return task.output.task_id


async def _result_of(
    models: ChatModels, choice: ModelChoice, task_id: str, patience: float, nap: float
) -> tuple[str, Usage]:
    """Where the result of a task lies, once it is done, and what it took."""
    url = _url(choice, f"tasks/{quote(task_id, safe='')}")
    try:
        async with asyncio.timeout(patience):
            with beating():
                while (result := _done((task := await _poll(models, choice, url)).output)) is None:
                    await asyncio.sleep(nap)
                    nap = min(_LONGEST_NAP, nap * 1.5)
    except TimeoutError:
        raise ModelUnavailable(f"the transcript was not done within {patience:g} s") from None
    if urlsplit(result).scheme not in ("http", "https"):
        raise ModelAnswerInvalid("the answer does not say where the transcript is")
    return result, Usage(calls=1, **spoken_or_heard(task.usage))


async def _poll(models: ChatModels, choice: ModelChoice, url: str) -> _Task:
    async def once() -> _Task:
        client = await models.clients.openai(choice)
        async with asyncio.timeout(models.limits.total):
            given: object = await client.get(url, cast_to=object)
        return read(_Task, given, choice)

    return await with_retries(once, models.backoff)


def _done(output: _Output) -> str | None:
    """Where the result lies; None: not yet.

    Raises:
        ModelError: The task failed.
    """
    if output.task_status in ("PENDING", "RUNNING"):
        return None
    result = output.result or next(iter(output.results), None)
    if output.task_status != "SUCCEEDED" or result is None or result.subtask_status != "SUCCEEDED":
        failed = result if result is not None and result.code else output
        raise explain_code(failed.code or output.task_status, failed.message or "the transcription failed")
    return result.transcription_url or ""


def _transcript(data: bytes) -> Transcript:
    try:
        told = _Transcription.model_validate(json.loads(data))
    except (ValueError, ValidationError) as error:
        raise ModelAnswerInvalid("the transcript is malformed") from error
    return Transcript(
        text="\n".join(channel.text for channel in told.transcripts),
        sentences=tuple(
            Sentence(text=each.text, begin_ms=each.begin_time, end_ms=each.end_time)
            for channel in told.transcripts
            for each in channel.sentences
        ),
    )


def _url(choice: ModelChoice, path: str) -> str:
    return f"{require_url(choice, choice.native_url, 'DASHSCOPE_NATIVE_URL')}/{path}"
