"""What DashScope's tasks keep to: speaking and hearing over a WebSocket, and recordings by their address."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from evals.model_server import Answers, Fault
from evals.model_server.sound import samples
from tests.contract.serving import (
    BACKOFF,
    DASHSCOPE,
    KEY,
    LIMITS,
    Served,
    given_up_once_answered,
    serving,
    until,
)
from tools.errors import ErrorCategory, InvalidInput, ModelRefused, ModelUnavailable
from tools.llm import spending
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice, choose
from tools.llm.completion import TimeLimits
from tools.llm.file_transcription import Sentence, transcribe_file
from tools.llm.recognition import HEARING_RATE, RecognitionOptions, open_recognition
from tools.llm.roles import Role
from tools.llm.speech import Sound, speak
from tools.llm.spending import Account, LocalLedger, Payer
from tools.llm.transcription import transcribe
from tools.wav import wav

_TEXT = "Good day to you. And a good journey!"
_HEARS = Answers.of(lambda question: question.heard or "something")
_SPEECH = Sound(data=wav(samples("Hello", HEARING_RATE), HEARING_RATE))
_LONG = Sound(data=wav(samples("x" * 50, HEARING_RATE), HEARING_RATE))  # three seconds
_LIVE = "qwen3-tts-flash-realtime"
_ADDRESS = "https://recordings.example/one.mp3"
_PASSING = [
    Fault.RATE_LIMIT,
    Fault.SERVER_ERROR,
    Fault.DROP,
    Fault.CUT,
    Fault.SILENT_CUT,
    Fault.STALL,
    Fault.STREAM_ERROR,
    Fault.CORRUPT_CHUNK,
]
_FINAL = {
    Fault.BAD_KEY: ErrorCategory.AUTHENTICATION,
    Fault.ARREARS: ErrorCategory.QUOTA,
    Fault.QUOTA: ErrorCategory.QUOTA,
    Fault.CONTENT_FILTER: ErrorCategory.CONTENT_FILTER,
}


def _account(ledger: LocalLedger) -> Account:
    return Account(payer=Payer(run="r", user="u"), ledger=ledger)


def _serving(
    role: Role,
    model: str,
    *faults: Fault | None,
    answers: Answers = _HEARS,
    key: str = KEY,
    limits: TimeLimits | None = None,
) -> AbstractContextManager[Served]:
    return serving(DASHSCOPE, *faults, role=role, model=model, answers=answers, key=key, limits=limits)


@pytest.mark.parametrize("model", ["cosyvoice-v3-flash", "qwen-audio-3.0-tts-flash", _LIVE])
async def test_what_is_spoken_over_a_websocket_is_heard_over_one(model: str) -> None:
    with _serving("tts", model) as served:
        url = DASHSCOPE.url(served.server)
        both: dict[Role, ModelChoice | None] = {
            "tts": served.models.require("tts"),
            "asr": choose("dashscope:fun-asr-realtime", base_url=url, api_key=KEY),
        }
        models = ChatModels(both, limits=served.models.limits, backoff=BACKOFF)
        sound = (await speak(models, _TEXT, voice="longanyang")).value
        heard = await transcribe(models, sound)

    assert sound.data.startswith(b"RIFF")
    assert heard.value == _TEXT


@pytest.mark.parametrize("model", ["qwen3-tts-flash", "cosyvoice-v3-flash", _LIVE])
async def test_what_is_spoken_is_paid_by_the_characters_that_the_provider_counts(model: str) -> None:
    with _serving("tts", model) as served:
        spoken = await speak(served.models, "早 Hi", voice="Cherry")

    assert (spoken.usage.calls, spoken.usage.characters) == (1, 5)


async def test_what_is_heard_is_paid_by_the_seconds_that_the_provider_counts() -> None:
    ledger = LocalLedger()
    with _serving("asr", "fun-asr-realtime") as served, spending.bind(_account(ledger)):
        heard = await transcribe(served.models, _LONG)
        async with open_recognition(served.models) as recognition:
            await recognition.hear(bytes(HEARING_RATE * 4))
            await recognition.finish()
            async for _ in recognition:
                pass
    with _serving("asr", "fun-asr") as served, spending.bind(_account(ledger)):
        by_address = await transcribe_file(served.models, _ADDRESS, first_nap=0.01)

    assert (heard.usage.sound_seconds, by_address.usage.sound_seconds) == (3.0, 12.0)
    assert sum(record.usage.sound_seconds for record in ledger.records) == 3.0 + 2.0 + 12.0


async def test_live_speech_that_is_given_up_counts_as_a_call_of_unknown_cost() -> None:
    ledger = LocalLedger()
    with _serving("asr", "fun-asr-realtime") as served, spending.bind(_account(ledger)):
        async with open_recognition(served.models) as recognition:
            await recognition.hear(bytes(HEARING_RATE * 2))

    assert [(each.usage.calls, each.usage.cost) for each in ledger.records] == [(0, None), (1, None)]


@pytest.mark.parametrize("fault", _PASSING)
@pytest.mark.parametrize("model", ["cosyvoice-v3-flash", _LIVE])
async def test_fault_of_speaking_that_passes_costs_one_more(model: str, fault: Fault) -> None:
    with _serving("tts", model, fault) as served:
        spoken = await speak(served.models, "Good day.", voice="longanyang")

        assert spoken.value.data == (await speak(served.models, "Good day.", voice="longanyang")).value.data
        assert served.count == 3


@pytest.mark.parametrize("fault", _PASSING)
async def test_fault_of_hearing_that_passes_costs_one_more(fault: Fault) -> None:
    with _serving("asr", "paraformer-realtime-v2", fault) as served:
        heard = await transcribe(served.models, _SPEECH)

        assert heard.value == "something"
        assert served.count == 2


@pytest.mark.parametrize("fault", _FINAL)
@pytest.mark.parametrize("model", ["cosyvoice-v3-flash", _LIVE])
async def test_refusal_of_a_task_is_final(model: str, fault: Fault) -> None:
    with _serving("tts", model, fault) as served:
        with pytest.raises(ModelRefused) as speaking:
            await speak(served.models, "Good day.", voice="longanyang")
        assert served.count == 1
    with _serving("asr", "fun-asr", fault) as served:
        with pytest.raises(ModelRefused) as hearing:
            await transcribe_file(served.models, _ADDRESS)
        assert served.count == 1

    assert speaking.value.category is hearing.value.category is _FINAL[fault]


@pytest.mark.parametrize("model", ["cosyvoice-v3-flash", _LIVE])
async def test_key_that_is_not_known_opens_no_task(model: str) -> None:
    with _serving("tts", model, key="wrong") as served, pytest.raises(ModelRefused) as caught:
        await speak(served.models, "Good day.", voice="longanyang")

    assert caught.value.category is ErrorCategory.AUTHENTICATION


async def test_speech_is_written_down_while_it_is_spoken() -> None:
    with _serving("asr", "fun-asr-realtime", answers=Answers.of(lambda _: "one two three")) as served:
        options = RecognitionOptions(language="en", silence_ms=300)
        async with open_recognition(served.models, options) as recognition:
            await recognition.hear(samples("Hello", HEARING_RATE))
            await recognition.hear(bytes(HEARING_RATE * 2))
            first = await anext(aiter(recognition))
            await recognition.finish()
            rest = [each async for each in recognition]
        [request] = served.server.requests()

    assert (first.text, first.is_final, first.end_ms) == ("one", False, None)
    assert [each.text for each in rest if each.is_final] == ["one two three"]
    assert request.body["parameters"] == {
        "format": "pcm",
        "sample_rate": HEARING_RATE,
        "language_hints": ["en"],
        "max_sentence_silence": 300,
    }


async def test_leaving_a_recognition_closes_its_connection() -> None:
    with _serving("asr", "fun-asr-realtime") as served:
        async with open_recognition(served.models) as recognition:
            await recognition.hear(samples("Hello", HEARING_RATE))
        await until(lambda: not served.connections)


async def test_cancelling_speech_closes_its_connection() -> None:
    with _serving("tts", "cosyvoice-v3-flash", Fault.STALL, limits=LIMITS) as served:
        speaking = asyncio.create_task(speak(served.models, _TEXT, voice="longanyang"))
        await until(lambda: served.count == 1)
        speaking.cancel()
        await asyncio.wait({speaking})

        await until(lambda: served.server.requests()[0].outcome == "client_left")


@pytest.mark.parametrize("model", ["fun-asr", "paraformer-v2", "qwen3-asr-flash-filetrans"])
async def test_recording_is_heard_by_its_address_once_its_task_is_done(model: str) -> None:
    with _serving("asr", model, answers=Answers.of(lambda _: "Good day.")) as served:
        heard = await transcribe_file(served.models, _ADDRESS, language="en", first_nap=0.01)
        polls = served.server.requests("/tasks/")
        [asked] = served.server.requests("/asr/transcription")

    assert heard.value.text == "Good day."
    assert heard.value.sentences == (Sentence(text="Good day.", begin_ms=0, end_ms=1000),)
    assert len(polls) == 2
    assert _ADDRESS in str(asked.body["input"])
    assert asked.body["parameters"] == {"language_hints": ["en"]}


@pytest.mark.parametrize("fault", [Fault.RATE_LIMIT, Fault.SERVER_ERROR, Fault.DROP])
@pytest.mark.parametrize("place", range(4), ids=["submit", "poll", "second poll", "result"])
async def test_each_step_of_a_task_survives_a_fault_that_passes(fault: Fault, place: int) -> None:
    faults: list[Fault | None] = [None] * place + [fault]
    with _serving("asr", "fun-asr", *faults, answers=Answers.of(lambda _: "Good day.")) as served:
        heard = await transcribe_file(served.models, _ADDRESS, first_nap=0.01)
        submitted = [each for each in served.server.requests("/asr/transcription") if each.is_answered]

    assert heard.value.text == "Good day."
    assert len(submitted) == 1


async def test_task_that_failed_says_why(served_task: Served) -> None:
    task: dict[str, Any] = {"subtask_status": "FAILED", "code": "InvalidFile.DownloadFailed", "message": "no"}
    asking = asyncio.create_task(transcribe_file(served_task.models, _ADDRESS, first_nap=0.5))
    await until(lambda: bool(served_task.server.memory.tasks))
    next(iter(served_task.server.memory.tasks.values()))["result"].update(task)

    with pytest.raises(ModelRefused, match="no"):
        await asking


async def test_task_that_takes_too_long_is_given_up(served_task: Served) -> None:
    with pytest.raises(ModelUnavailable, match="not done within"):
        await transcribe_file(served_task.models, _ADDRESS, first_nap=5, patience_seconds=0.2)


@pytest.fixture
def served_task() -> Iterator[Served]:
    """Recordings are heard here by their address."""
    with _serving("asr", "fun-asr") as served:
        yield served


@pytest.mark.parametrize("url", ["file:///etc/passwd", "", "recording.mp3"])
async def test_only_addresses_of_the_web_are_handed_on(url: str, served_task: Served) -> None:
    with pytest.raises(InvalidInput, match="http"):
        await transcribe_file(served_task.models, url)

    assert served_task.count == 0


async def test_each_model_says_which_way_it_hears(served_task: Served) -> None:
    with pytest.raises(ModelRefused, match="by their address only"):
        await transcribe(served_task.models, _SPEECH)
    with pytest.raises(ModelRefused, match="whole recordings only"):
        async with open_recognition(served_task.models):
            pass
    with (
        _serving("asr", "qwen3-asr-flash") as other,
        pytest.raises(ModelRefused, match="takes no recordings"),
    ):
        await transcribe_file(other.models, _ADDRESS)


async def test_model_that_hears_live_wants_samples() -> None:
    with _serving("asr", "fun-asr-realtime") as served, pytest.raises(InvalidInput, match="16 bits"):
        await transcribe(served.models, Sound(data=b"ID3", media_type="audio/mpeg"))


async def test_a_recognition_given_up_as_it_opens_leaves_no_connection_open() -> None:
    with _serving("asr", "fun-asr-realtime") as served:

        async def hear(models: ChatModels) -> None:
            async with open_recognition(models):
                raise AssertionError("it was given up before")

        await given_up_once_answered(served, hear)

        await until(lambda: not served.connections)
