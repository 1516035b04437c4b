"""Dubbing one film: every translated line spoken, placed, and mixed over the original."""

from pathlib import Path
from typing import Any

from graphs.progress import Meter
from graphs.video.request import Dubbing
from tools.llm.chat_models import current
from tools.media.ffmpeg import MediaFile, run_ffmpeg
from tools.media.probing import Film
from tools.speech.current import current_speaker
from tools.speech.output import Speaker
from tools.subtitles.cues import Cue
from tools.subtitles.markup import visible
from tools.video.dubbing import RATE, Samples, Tempo, Track, mix, place, samples_of


async def dub(
    wish: Dubbing, cues: list[Cue], target: str, at: tuple[Path, MediaFile, Film]
) -> tuple[Path, dict[str, Any]]:
    """The voice over the film's sound, as WAV; and what there is to say of it.

    Args:
        cues: In the target language.

    Raises:
        Unavailable, ModelError: Nothing here speaks, or not now.
        InvalidInput: There is no such voice.
    """
    folder, media, film = at
    speaker = current_speaker(await current())
    spoken = [cue for cue in cues if visible(cue.text, "srt").strip() and cue.start < film.duration_ms]
    meter = Meter(stage=f"dub_{target}", total=len(spoken), unit="segments")
    meter.start()
    lines = Lines(folder)
    voice = wish.voice or await _usual_voice(speaker, target)
    for cue in spoken:
        await lines.speak(speaker, cue, voice, target)
        meter.advance(1)
    meter.finish()
    tempo = Tempo(fastest=wish.fastest, slowest=wish.slowest)
    placements = place(spoken, [lines.length(cue) for cue in spoken], tempo, end=film.duration_ms)
    track = Track(
        voice=folder / "voice.wav",
        room=folder / "room.wav",
        original_db=wish.original_db,
        end=film.duration_ms,
    )
    cut: list[int] = []
    for one in placements:
        samples = await lines.at_tempo(one.cue, one.tempo)
        track.add(one.start, samples)
        if one.end > film.duration_ms:
            cut.append(one.cue)
    track.close()
    mixed = folder / "dubbed.wav"
    await mix(await _film_sound(media, film, folder), track, mixed)
    return mixed, {
        "speaker": speaker.name,
        "cues": len(placements),
        "hurried": [one.cue for one in placements if one.is_hurried],
        "late": [one.cue for one in placements if one.is_late],
        "cut_by_the_end": cut,
        "silent": [cue.id for cue in cues if cue not in spoken],
    }


class Lines:
    """Spoken lines, which lie in a folder and not in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lengths: dict[int, int] = {}

    async def speak(self, speaker: Speaker, cue: Cue, voice: str | None, language: str) -> None:
        """Have a line spoken."""
        text = " ".join(visible(cue.text, "srt").split())
        sound = await speaker.say(text, voice=voice, language=language, speed=1.0)
        self._path(cue.id).write_bytes(sound.data)
        samples = await samples_of(sound.data, self._folder)
        self._lengths[cue.id] = len(samples) * 1000 // RATE

    def length(self, cue: Cue) -> int:
        """Milliseconds that it takes at its own tempo, without the silence around it."""
        return self._lengths[cue.id]

    async def at_tempo(self, cue: int, tempo: float) -> Samples:
        """A line at another tempo."""
        return await samples_of(self._path(cue).read_bytes(), self._folder, tempo=tempo)

    def _path(self, cue: int) -> Path:
        return self._folder / f"line{cue}.wav"


async def _usual_voice(speaker: Speaker, language: str) -> str | None:
    """A voice of just this language, where the speaker has some; None leaves the choice to it."""
    wanted = language.lower().partition("-")[0]
    return next((voice.name for voice in await speaker.voices() if voice.language == wanted), None)


async def _film_sound(media: MediaFile, film: Film, folder: Path) -> Path | None:
    """The film's first sound track, decoded."""
    if film.audio is None:
        return None
    path = folder / "original.wav"
    form = ["-vn", "-ac", "2", "-ar", "48000", "-af", "aresample=async=1:first_pts=0"]
    args = [*media.as_input(), "-map", f"0:{film.audio.index}", *form, "-c:a", "pcm_s16le", "-f", "wav", path]
    await run_ffmpeg(args)
    return path
