"""A key shows in nothing that anybody may read: logs, traces, errors, what is printed and what is kept."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from pydantic import SecretStr

from evals.model_server import Fault
from tests.contract.serving import CHAT, DASHSCOPE, KEY, OPENAI, Provider, serving
from tools.errors import ModelError
from tools.llm.chat import chat, stream_chat
from tools.llm.chat_models import ChatModels
from tools.llm.choices import choose
from tools.llm.eas import EasClient
from tools.llm.embedding import embed
from tools.llm.file_transcription import transcribe_file
from tools.llm.omni import utter
from tools.llm.realtime import RealtimeOptions, open_realtime
from tools.llm.reranking import rerank
from tools.llm.speech import Sound, speak
from tools.llm.transcription import transcribe
from tools.llm.translation import TranslationOptions, translate
from tools.wav import wav

_FAULTS = [None, Fault.BAD_KEY, Fault.SERVER_ERROR, Fault.DROP, Fault.SILENT_CUT, Fault.CORRUPT_CHUNK]


async def _stream(models: ChatModels) -> None:
    async with stream_chat(models, "primary", [HumanMessage("Hello")]) as stream:
        async for _ in stream:
            pass


async def _converse(models: ChatModels) -> None:
    async with open_realtime(models, RealtimeOptions()) as session:
        await session.write("Hello")
        async for event in session:
            if "Ended" in type(event).__name__:
                break


_SPEECH = Sound(data=wav(bytes(3200), 16_000))
_Ask = Callable[[ChatModels], Awaitable[Any]]
_CHATS: list[tuple[Provider, str, _Ask]] = [
    (provider, provider.model, lambda models: chat(models, "primary", [HumanMessage("Hello")]))
    for provider in CHAT
]
_OTHERS: list[tuple[Provider, str, _Ask]] = [
    (OPENAI, "gpt-4.1", _stream),
    (OPENAI, "text-embedding", lambda models: embed(models, ["one"], role="primary")),
    (DASHSCOPE, "qwen3-rerank", lambda models: rerank(models, "a", ["b"], role="primary")),
    (DASHSCOPE, "qwen3-tts-flash", lambda models: speak(models, "Hello", voice="Tina", role="primary")),
    (DASHSCOPE, "qwen3-asr-flash", lambda models: transcribe(models, Sound(data=b"x"), role="primary")),
    (OPENAI, "whisper-1", lambda models: transcribe(models, Sound(data=b"x"), role="primary")),
    (
        DASHSCOPE,
        "qwen-mt-plus",
        lambda models: translate(models, "a", TranslationOptions(target="en"), role="primary"),
    ),
    (
        DASHSCOPE,
        "qwen3.5-omni-plus",
        lambda models: utter(models, [{"role": "user", "content": "Hello"}], voice="Tina"),
    ),
    (DASHSCOPE, "qwen3.5-omni-plus-realtime", _converse),
    (DASHSCOPE, "cosyvoice-v3-flash", lambda models: speak(models, "Hello", voice="x", role="primary")),
    (DASHSCOPE, "fun-asr-realtime", lambda models: transcribe(models, _SPEECH, role="primary")),
    (
        DASHSCOPE,
        "fun-asr",
        lambda models: transcribe_file(models, "https://a.example/b.wav", role="primary", first_nap=0.01),
    ),
]


class _Trace(BaseCallbackHandler):
    """Writes down all that a tracer is given."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_chat_model_start(self, serialized: dict[str, Any], messages: Any, **kwargs: Any) -> None:
        self.seen.append(repr((serialized, messages, kwargs)))

    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.seen.append(repr((response, kwargs)))

    def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        self.seen += [repr(error), *traceback.format_exception(error), repr(vars(error)), repr(kwargs)]


@pytest.mark.parametrize(("provider", "model", "ask"), [*_CHATS, *_OTHERS])
@pytest.mark.parametrize("fault", _FAULTS)
async def test_key_shows_nowhere(
    provider: Provider,
    model: str,
    ask: _Ask,
    fault: Fault | None,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    trace, told = _Trace(), list[str]()
    token = var_child_runnable_config.set(RunnableConfig(callbacks=[trace]))
    try:
        with serving(provider, *[fault] * 3, model=model, role="primary") as served:
            choice = served.models.require("primary")
            told.append(repr(choice))
            models = served.models.playing({"primary": choice, "realtime": choice})
            try:
                await ask(models)
            except ModelError as error:
                told += [*traceback.format_exception(error), repr(error.__cause__)]
                told += [repr(vars(error.__cause__))] if error.__cause__ else []
    finally:
        var_child_runnable_config.reset(token)

    logged = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    printed = capfd.readouterr()
    everything = "\n".join([*told, *trace.seen, *logged, printed.out, printed.err])
    assert served.count > 0
    assert len(everything) > 100
    assert KEY not in everything


@pytest.mark.parametrize("fault", [fault for fault in _FAULTS if fault])
async def test_token_of_a_service_shows_nowhere(fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(OPENAI, *[fault] * 3) as served:
        client = EasClient(served.server.eas_url("topics"), SecretStr(KEY), backoff=served.models.backoff)
        try:
            with pytest.raises(ModelError) as caught:
                await client.call({})
        finally:
            await client.close()

    told = [*traceback.format_exception(caught.value), repr(caught.value.__cause__), caplog.text]
    assert KEY not in "\n".join(told)
    assert KEY not in repr(vars(client))


def test_choice_and_its_key_are_printed_apart() -> None:
    assert KEY not in f"{choose('openai:m', api_key=KEY)}"
