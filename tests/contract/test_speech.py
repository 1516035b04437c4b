"""What every model that speaks or hears keeps to, over real HTTP."""

import pytest

from evals.model_server import Answers, Fault, Question
from tests.contract.serving import DASHSCOPE, EAS, KEY, OPENAI, Provider, Served, serving
from tools.errors import ErrorCategory, InputTooLarge, InvalidInput, ModelAnswerInvalid, ModelRefused
from tools.llm.chat_models import ChatModels
from tools.llm.choices import choose
from tools.llm.speech import Sound, speak
from tools.llm.transcription import MAX_QWEN_BYTES, transcribe

_EACH = pytest.mark.parametrize("provider", [OPENAI, DASHSCOPE, EAS], ids=lambda provider: provider.name)
_FINAL = pytest.mark.parametrize(
    ("fault", "category"),
    [
        (Fault.BAD_KEY, ErrorCategory.AUTHENTICATION),
        (Fault.ARREARS, ErrorCategory.QUOTA),
        (Fault.QUOTA, ErrorCategory.QUOTA),
        (Fault.CONTENT_FILTER, ErrorCategory.CONTENT_FILTER),
    ],
)
_HEARS = Answers.of(lambda question: question.heard or "something")


def _both(served: Served, provider: Provider) -> ChatModels:
    """Models that speak and hear at one provider."""
    url = provider.url(served.server)
    return ChatModels(
        {
            "tts": choose(f"{provider.name}:qwen3-tts-flash", base_url=url, api_key=KEY),
            "asr": choose(f"{provider.name}:qwen3-asr-flash", base_url=url, api_key=KEY),
        },
        limits=served.models.limits,
        backoff=served.models.backoff,
    )


@_EACH
async def test_what_is_spoken_is_heard_again(provider: Provider) -> None:
    with serving(provider, answers=_HEARS) as served:
        models = _both(served, provider)
        sound = (await speak(models, "Good day to you.", voice="Cherry")).value
        heard = await transcribe(models, sound, language="en", context="greetings")

    assert sound.data.startswith(b"RIFF")
    assert heard.value == "Good day to you."


@_EACH
async def test_language_and_context_reach_the_model(provider: Provider) -> None:
    asked: list[Question] = []

    def answer(question: Question) -> str:
        asked.append(question)
        return "good"

    with serving(provider, answers=Answers.of(answer), role="asr", model="qwen3-asr-flash") as served:
        await transcribe(served.models, Sound(data=b"sound"), language="zh", context="Scriptorium")

    [question] = asked
    assert question.options["language"] == "zh"
    assert question.messages[0].text == "Scriptorium"


@_EACH
@pytest.mark.parametrize("fault", [Fault.RATE_LIMIT, Fault.SERVER_ERROR, Fault.DROP, Fault.CUT])
async def test_fault_that_passes_costs_one_more_request(provider: Provider, fault: Fault) -> None:
    with serving(provider, fault, answers=_HEARS, role="asr", model="qwen3-asr-flash") as served:
        heard = await transcribe(served.models, Sound(data=b"sound"))

        assert heard.value == "something"
        assert served.count == 2
    with serving(provider, fault, role="tts", model="qwen3-tts-flash") as served:
        spoken = await speak(served.models, "Good day.", voice="Cherry")

        assert spoken.value.data.startswith(b"RIFF")
        assert len([request for request in served.server.requests() if request.task == "speak"]) == 2


@_EACH
@_FINAL
async def test_refusal_is_final(provider: Provider, fault: Fault, category: ErrorCategory) -> None:
    with serving(provider, fault, fault) as served:
        models = _both(served, provider)
        with pytest.raises(ModelRefused) as speaking:
            await speak(models, "Good day.", voice="Cherry")
        with pytest.raises(ModelRefused) as hearing:
            await transcribe(models, Sound(data=b"sound"))

    assert speaking.value.category is hearing.value.category is category
    assert served.count == 2


async def test_transcript_that_was_cut_is_an_error() -> None:
    with (
        serving(DASHSCOPE, Fault.LENGTH, role="asr", model="qwen3-asr-flash") as served,
        pytest.raises(ModelAnswerInvalid, match="length limit"),
    ):
        await transcribe(served.models, Sound(data=b"sound"))


async def test_what_cannot_be_heard_is_refused_before_it_is_sent() -> None:
    with serving(DASHSCOPE, role="asr", model="qwen3-asr-flash") as served:
        with pytest.raises(InvalidInput, match="audio/midi"):
            await transcribe(served.models, Sound(data=b"sound", media_type="audio/midi"))
        with pytest.raises(InputTooLarge, match=str(MAX_QWEN_BYTES)):
            await transcribe(served.models, Sound(data=b"x" * MAX_QWEN_BYTES))

    assert served.count == 0


async def test_key_is_not_sent_to_where_a_recording_lies() -> None:
    with serving(DASHSCOPE, role="tts", model="qwen3-tts-flash") as served:
        await speak(served.models, "Good day.", voice="Cherry")
        keys = {request.path: request.key_id for request in served.server.requests()}

    assert all(key is None for path, key in keys.items() if path.startswith("/_files"))


@pytest.mark.parametrize(("model", "is_told"), [("gpt-4o-mini-tts", True), ("tts-1", False)])
async def test_only_models_that_take_instructions_are_told_how_to_say_it(model: str, is_told: bool) -> None:
    with serving(OPENAI, role="tts", model=model) as served:
        await speak(served.models, "Yes.", voice="alloy", instruction="Whisper.")

        body = served.server.requests()[-1].body
    assert body.get("instructions") == ("Whisper." if is_told else None)
