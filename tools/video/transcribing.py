"""From the sound of a film to words with times."""

import wave
from collections.abc import Sequence
from pathlib import Path

from tools.media.ffmpeg import MediaFile, Progress, run_ffmpeg
from tools.media.probing import Film
from tools.speech.base import SpeechEngine
from tools.speech.recording import open_wav, recognise
from tools.video.words import Transcript, Word, split

SAMPLE_RATE = 16_000  # what recognisers are made for


async def extract_sound(
    media: MediaFile, film: Film, into: Path, *, on_progress: Progress | None = None
) -> None:
    """The first sound track as WAV: PCM16, mono, at the picture's times (``aresample`` fills gaps)."""
    assert film.audio is not None  # noqa: S101 - who has none is refused before
    form = ["-vn", "-ac", "1", "-ar", str(SAMPLE_RATE), "-af", "aresample=async=1:first_pts=0"]
    sound = ["-map", f"0:{film.audio.index}", *form, "-c:a", "pcm_s16le", "-f", "wav", into]
    await run_ffmpeg([*media.as_input(), *sound], on_progress=on_progress)


async def transcribe_file(
    engine: SpeechEngine, sound: Path, *, language: str | None, hints: Sequence[str], on_progress: Progress
) -> Transcript:
    """What is said in a WAV file of ``extract_sound``.

    Args:
        hints: Names and words that are likely.

    Raises:
        InvalidInput: The engine does not know the language.
        Unavailable, ModelError: It does not answer.
    """
    words: list[Word] = []
    is_estimated = False
    with open_wav(sound) as recording:
        heard = recognise(engine, recording, language=language, hints=tuple(hints))
        async for utterance in heard:
            final = utterance.final
            if final.words:
                words += [
                    Word(text=w.text, start=_ms(w.start), end=_ms(w.end), confidence=w.confidence)
                    for w in final.words
                ]
            else:
                is_estimated = True
                words += spread(final.text, _ms(utterance.start), _ms(utterance.end))
            on_progress(utterance.end)
    return Transcript(words=words, language=language, is_estimated=is_estimated)


def spread(text: str, start: int, end: int) -> list[Word]:
    """Words spread over a stretch of speech, each as long as its letters are many."""
    texts = split(text)
    letters = sum(map(len, texts))
    words: list[Word] = []
    said = 0
    for word in texts:
        begins = start + (end - start) * said // letters
        said += len(word)
        words.append(Word(text=word, start=begins, end=start + (end - start) * said // letters))
    return words


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def cut_sound(sound: Path, into: Path, start: int, end: int) -> None:
    """A part of a WAV file of ``extract_sound``; times are milliseconds."""
    with wave.open(str(sound), "rb") as source, wave.open(str(into), "wb") as part:
        rate = source.getframerate()
        part.setparams(source.getparams())
        first = min(source.getnframes(), start * rate // 1000)
        source.setpos(first)
        part.writeframes(source.readframes(max(0, end * rate // 1000 - first)))
