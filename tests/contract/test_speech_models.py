"""Recognition and speech by models over real HTTP and WebSockets, and by espeak-ng."""

import io
import shutil
import wave

import pytest

from evals.model_server import Answers, Fault
from evals.model_server.sound import samples
from tests.contract.serving import DASHSCOPE, serving
from tests.fixtures.speech import pieces, silence
from tools.errors import InputTooLarge, InvalidInput, ModelUnavailable, Unavailable
from tools.llm.chat_models import ChatModels
from tools.speech.base import HearingOptions
from tools.speech.model_engines import MAX_UTTERANCE_SECONDS, ModelEngine, RealtimeModelEngine
from tools.speech.output import EspeakSpeaker, ModelSpeaker, TextOnly

TEXT = "Good day to you, and a good journey."
HEARS = Answers.of(lambda _: TEXT)


async def test_an_utterance_is_sent_when_it_has_ended() -> None:
    with serving(DASHSCOPE, answers=HEARS, role="asr", model="qwen3-asr-flash") as served:
        stream = await ModelEngine(lambda: served.models).open(HearingOptions(language="en"))
        for piece in pieces(samples(TEXT)):
            assert await stream.feed(piece) == []
        assert served.count == 0

        final = await stream.finish()

    assert (final.text, final.words) == (TEXT, ())
    assert (final.start, final.end) == (0.0, len(samples(TEXT)) / 32_000)
    assert served.count == 1


async def test_silence_is_not_sent() -> None:
    with serving(DASHSCOPE, answers=HEARS, role="asr", model="qwen3-asr-flash") as served:
        stream = await ModelEngine(lambda: served.models).open(HearingOptions())
        await stream.feed(silence(1))

        assert (await stream.finish()).text == ""
    assert served.count == 0


async def test_an_endless_utterance_is_refused_before_the_model_does() -> None:
    with serving(DASHSCOPE, answers=HEARS, role="asr", model="qwen3-asr-flash") as served:
        stream = await ModelEngine(lambda: served.models).open(HearingOptions())
        await stream.feed(b"\1\0" * 16_000 * int(MAX_UTTERANCE_SECONDS))
        with pytest.raises(InputTooLarge) as refused:
            await stream.feed(b"\1\0")

    assert refused.value.code == "utterance_too_long"


async def test_a_realtime_model_tells_what_it_understands_so_far() -> None:
    model = "qwen3-asr-flash-realtime"
    with serving(DASHSCOPE, answers=HEARS, role="asr", model=model) as served:
        stream = await RealtimeModelEngine(lambda: served.models).open(HearingOptions(sample_rate=24_000))
        for _ in range(2):
            for piece in pieces(samples(TEXT)):
                await stream.feed(piece)
            final = await stream.finish()
            assert final.text == TEXT
        await stream.close()


async def test_a_realtime_model_that_breaks_off_is_an_error_and_no_text() -> None:
    model = "qwen3-asr-flash-realtime"
    with serving(DASHSCOPE, Fault.DROP, answers=HEARS, role="asr", model=model) as served:
        stream = await RealtimeModelEngine(lambda: served.models).open(HearingOptions())
        await stream.feed(samples(TEXT))
        with pytest.raises(ModelUnavailable):
            await stream.finish()
        await stream.close()


async def test_without_a_model_the_engine_says_what_to_set() -> None:
    with pytest.raises(Unavailable, match="role asr"):
        await ModelEngine(lambda: ChatModels({})).open(HearingOptions())


async def test_a_model_speaks() -> None:
    with serving(DASHSCOPE, role="tts", model="qwen3-tts-flash") as served:
        sound = await ModelSpeaker(lambda: served.models).say(TEXT, voice=None, language="en", speed=1.0)

    assert sound.data[:4] == b"RIFF"


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
async def test_espeak_speaks_faster_and_slower() -> None:
    lengths: list[float] = []
    for speed in (0.7, 1.0, 2.0):
        sound = await EspeakSpeaker().say("hello doctor", voice=None, language="en", speed=speed)
        with wave.open(io.BytesIO(sound.data)) as file:
            lengths.append(file.getnframes() / file.getframerate())

    assert lengths[0] > lengths[1] > lengths[2] > 0.3


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
@pytest.mark.parametrize("voice", ["none-such", "en-us+../../etc/passwd", "--version", "en-us+f4/x"])
async def test_espeak_takes_no_voice_that_it_has_not(voice: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await EspeakSpeaker().say("hello", voice=voice, language=None, speed=1.0)

    assert refused.value.code == "unknown_voice"


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
async def test_espeak_reads_a_text_and_no_options() -> None:
    sound = await EspeakSpeaker().say("--version", voice="en-us+f4", language=None, speed=1.0)

    assert len(sound.data) > 1000


@pytest.mark.parametrize(("text", "speed"), [(" ", 1.0), ("x" * 5001, 1.0), ("x", 0.1), ("x", 9.0)])
async def test_what_cannot_be_said_is_refused_by_name(text: str, speed: float) -> None:
    with pytest.raises(InvalidInput, match=r"^(text|speed): "):
        await EspeakSpeaker().say(text, voice=None, language=None, speed=speed)


async def test_text_only_refuses_and_says_how_to_speak() -> None:
    with pytest.raises(Unavailable) as refused:
        await TextOnly().say("hello", voice=None, language=None, speed=1.0)

    assert "TTS_ENGINE" in refused.value.hint
