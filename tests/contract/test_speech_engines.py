"""What every engine that hears with partial texts and words keeps to, and what is Vosk's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.speech import (
    EXPECTED,
    MODEL,
    RATE,
    VOICE_SIZE,
    heard,
    model_with_voices,
    pcm,
    pieces,
    script,
    silence,
)
from tools.errors import InvalidInput, Unavailable
from tools.speech.base import Final, HearingOptions, Partial, SpeechEngine
from tools.speech.scripted import ScriptedEngine
from tools.speech.vosk import UNKNOWN, VoskEngine

EngineOf = Callable[[str], SpeechEngine]
OPTIONS = HearingOptions(sample_rate=RATE)


@pytest.fixture(params=["vosk", "scripted"])
async def engine_of(request: pytest.FixtureRequest) -> AsyncIterator[EngineOf]:
    """Opens an engine that hears a recording."""
    opened: list[SpeechEngine] = []

    def open_for(name: str) -> SpeechEngine:
        engine: SpeechEngine = (
            VoskEngine({"en": MODEL}, default="en")
            if request.param == "vosk"
            else ScriptedEngine(script(name))
        )
        opened.append(engine)
        return engine

    yield open_for
    for engine in opened:
        await engine.close()


@pytest.fixture
async def vosk() -> AsyncIterator[VoskEngine]:
    engine = VoskEngine({"en": MODEL}, default="en")
    yield engine
    await engine.close()


@pytest.mark.parametrize(
    ("language", "model"), [(None, "big-en"), ("zh-CN", "small-zh"), ("en_GB", "big-en")]
)
async def test_the_model_is_named_that_hears_a_language(language: str | None, model: str) -> None:
    engine = VoskEngine({"en": Path("big-en"), "zh": Path("small-zh")}, default="en")

    assert engine.info.model_for(language) == model
    await engine.close()


async def test_partial_texts_grow_into_the_final_one(engine_of: EngineOf) -> None:
    stream = await engine_of("digits").open(OPTIONS)

    partials, finals = await heard(stream, pcm("digits") + silence(0.4))

    assert finals == ["one two three four"]
    assert partials[0] == "one"
    assert all("one two three four".startswith(text) for text in partials)
    assert len(set(partials)) == len(partials)


async def test_a_pause_ends_an_utterance(engine_of: EngineOf) -> None:
    stream = await engine_of("two_sentences").open(OPTIONS)

    _, finals = await heard(stream, pcm("two_sentences"))

    assert finals == EXPECTED["two_sentences.wav"]["finals"]


async def test_words_have_the_times_at_which_they_were_spoken(engine_of: EngineOf) -> None:
    stream = await engine_of("digits").open(OPTIONS)
    for piece in pieces(pcm("digits")):
        await stream.feed(piece)

    final = await stream.finish()

    spoken = EXPECTED["digits.wav"]["words"]
    assert [word.text for word in final.words] == [word for word, _, _ in spoken]
    for word, (_, start, end) in zip(final.words, spoken, strict=True):
        assert abs(word.start - start) < 0.1
        assert abs(word.end - end) < 0.15
        assert word.confidence is not None
        assert 0 < word.confidence <= 1
    assert (final.start, final.end) == (final.words[0].start, final.words[-1].end)


async def test_the_clock_goes_on_over_the_end_of_an_utterance(engine_of: EngineOf) -> None:
    stream = await engine_of("two_sentences").open(OPTIONS)
    finals: list[Final] = []
    for piece in pieces(pcm("two_sentences")):
        finals += [told for told in await stream.feed(piece) if isinstance(told, Final)]
    finals.append(await stream.finish())

    second = [final for final in finals if final.text][1]

    assert abs(second.start - EXPECTED["two_sentences.wav"]["words"][2][1]) < 0.1


async def test_silence_is_heard_as_nothing(engine_of: EngineOf) -> None:
    stream = await engine_of("silence").open(OPTIONS)

    assert await heard(stream, pcm("silence")) == ([], [])


async def test_reset_forgets_the_utterance(engine_of: EngineOf) -> None:
    stream = await engine_of("yes").open(OPTIONS)
    for piece in pieces(pcm("yes")):
        await stream.feed(piece)

    await stream.reset()

    assert (await stream.finish()).text == ""


async def test_streams_do_not_hear_each_other(engine_of: EngineOf) -> None:
    engine = engine_of("digits")
    speaking, silent = await engine.open(OPTIONS), await engine.open(OPTIONS)

    for piece in pieces(pcm("digits")):
        await speaking.feed(piece)
    said, nothing = await asyncio.gather(speaking.finish(), silent.finish())

    assert (said.text, nothing.text) == ("one two three four", "")


async def test_calls_of_a_stream_are_carried_out_in_their_order(engine_of: EngineOf) -> None:
    stream = await engine_of("digits").open(OPTIONS)

    calls: list[Any] = [stream.feed(piece) for piece in pieces(pcm("digits"))]
    *_, final = await asyncio.gather(*calls, stream.finish())

    assert final.text == "one two three four"


async def test_half_a_sample_is_refused_by_its_name(engine_of: EngineOf) -> None:
    stream = await engine_of("yes").open(OPTIONS)

    with pytest.raises(InvalidInput) as refused:
        await stream.feed(b"\0\0\0")

    assert refused.value.code == "odd_audio"
    assert await heard(stream, pcm("yes")) == (["yes"], ["yes"])


@pytest.mark.parametrize("name", [name.removesuffix(".wav") for name in EXPECTED])
async def test_vosk_hears_every_recording(vosk: VoskEngine, name: str) -> None:
    told = EXPECTED[f"{name}.wav"]
    grammar = tuple(told.get("grammar", ()))
    stream = await vosk.open(HearingOptions(sample_rate=RATE, grammar=grammar))

    _, finals = await heard(stream, pcm(name))

    assert finals == [text for text in told["finals"] if text]


async def test_a_grammar_can_be_changed_between_utterances(vosk: VoskEngine) -> None:
    stream = await vosk.open(HearingOptions(sample_rate=RATE, grammar=("no", UNKNOWN)))

    _, restricted = await heard(stream, pcm("digits"))
    await stream.restrict(())
    _, free = await heard(stream, pcm("digits"))

    assert set(" ".join(restricted).split()) <= {"no", UNKNOWN}
    assert free == ["one two three four"]


async def test_likely_phrases_choose_among_what_may_have_been_said(vosk: VoskEngine) -> None:
    plain = await vosk.open(HearingOptions(sample_rate=RATE))
    _, [first] = await heard(plain, pcm("out_of_vocabulary"))
    others: set[str] = set()
    for word in (MODEL.parent / "words.txt").read_text().split():
        stream = await vosk.open(HearingOptions(sample_rate=RATE, hints=(word,)))
        others.update((await heard(stream, pcm("out_of_vocabulary")))[1])
        await stream.close()

    assert first in others
    assert len(others) > 1


async def test_other_sample_rates_are_heard(vosk: VoskEngine) -> None:
    stream = await vosk.open(HearingOptions(sample_rate=8_000))
    every_second = pcm("need_water")
    halved = b"".join(every_second[i : i + 2] for i in range(0, len(every_second), 4))

    assert (await heard(stream, halved, seconds=0.05))[1] == ["need water"]


async def test_no_more_streams_are_opened_than_allowed_and_closed_ones_come_back() -> None:
    engine = VoskEngine({"en": MODEL}, default="en", max_streams=1)
    first = await engine.open(OPTIONS)
    with pytest.raises(Unavailable) as refused:
        await engine.open(OPTIONS)
    await first.close()
    await first.close()

    second = await engine.open(OPTIONS)

    assert refused.value.code == "speech_busy"
    assert await heard(second, pcm("yes")) == (["yes"], ["yes"])
    await engine.close()


@pytest.mark.parametrize(
    ("language", "is_there"), [("en", True), ("en-US", True), (None, True), ("zh", False)]
)
async def test_a_language_without_a_model_is_refused(
    vosk: VoskEngine, language: str | None, is_there: bool
) -> None:
    opening = vosk.open(HearingOptions(sample_rate=RATE, language=language))
    if is_there:
        await (await opening).close()
    else:
        with pytest.raises(InvalidInput, match="no Vosk model of 'zh'"):
            await opening


async def test_decoding_leaves_the_loop_free(vosk: VoskEngine) -> None:
    stream = await vosk.open(OPTIONS)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await stream.feed(pcm("two_sentences") * 20)
    ticking.cancel()

    assert ticks > 100


async def test_an_unsupported_rate_is_refused() -> None:
    with pytest.raises(InvalidInput, match="sample_rate: 11025"):
        HearingOptions(sample_rate=11_025)


async def test_what_is_said_of_partial_texts_is_so(engine_of: EngineOf) -> None:
    engine = engine_of("yes")
    stream = await engine.open(OPTIONS)

    told = [each for piece in pieces(pcm("yes") + silence(0.2)) for each in await stream.feed(piece)]

    assert engine.info.has_partials == any(isinstance(each, Partial) for each in told)


async def test_a_model_of_voices_gives_each_utterance_its_vector(tmp_path: Path) -> None:
    engine = VoskEngine({"en": model_with_voices(tmp_path)}, default="en")

    async def voice(name: str) -> tuple[float, ...]:
        stream = await engine.open(OPTIONS)
        told = [*await stream.feed(pcm(name)), await stream.finish()]
        await stream.close()
        return next(one.speaker for one in told if isinstance(one, Final) and one.speaker)

    try:
        first, again, other = [await voice(name) for name in ("digits", "digits", "need_water")]
    finally:
        await engine.close()
    assert len(first) == VOICE_SIZE
    assert first == again
    assert first != other


async def test_a_model_without_voices_has_no_vector(vosk: VoskEngine) -> None:
    stream = await vosk.open(OPTIONS)
    told = [*await stream.feed(pcm("digits")), await stream.finish()]
    await stream.close()
    assert {one.speaker for one in told if isinstance(one, Final)} == {None}
