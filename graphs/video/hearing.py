"""The nodes that hear a film's words, all of them or one cue again."""

from pathlib import Path

from graphs.model_calls import counted_calls
from graphs.progress import Meter
from graphs.video.cues import pack
from graphs.video.films import opened, seconds_meter
from graphs.video.state import PackedCue, State, Update
from tools.errors import InvalidInput
from tools.llm.chat_models import current
from tools.media.ffmpeg import MediaFile
from tools.media.probing import Film
from tools.speech.base import SpeechEngine
from tools.speech.current import current_engine
from tools.subtitles.profiles import profile_of
from tools.subtitles.timing import fit_times
from tools.video.segmentation import confidences, segment
from tools.video.transcribing import cut_sound, extract_sound, transcribe_file
from tools.video.words import Transcript, join

_ROOM_MS = 300  # of sound around a cue that is heard again


async def hear(state: State) -> Update:
    """Write down what is said, and part it into cues."""
    given = state["given"]
    with counted_calls() as consumed:
        async with opened(given["file_id"]) as (folder, media, film):
            engine = current_engine(await current())
            heard = await _transcribe(engine, media, film, folder, state)
    if not heard.words:
        raise InvalidInput(
            "no speech was recognised in the film",
            hint="See that source_language is right, and that the first sound track has the voices.",
            code="no_speech",
        )
    profile = profile_of(state["spoken"] or "", dict(given["options"]["profile"]))
    cues = segment(heard.words, profile)
    sure = confidences(heard.words, cues)
    if given["options"]["timing"] == "fit":
        cues = fit_times(cues, profile, "srt", fps=film.fps)
    return {
        "spoken": state["spoken"] or _only_language(engine),
        "cues": pack(cues, sure),
        "words": {
            **state["words"],
            "engine": _name(engine, state["spoken"]),
            "cues": len(cues),
            "estimated_times": heard.is_estimated,
        },
        "usages": [consumed.fields()],
    }


async def hear_again(state: State) -> Update:
    """Write down some cues once more; the others stay as they are."""
    wanted = set(state["again"])
    changed: dict[int, PackedCue] = {}
    meter = Meter(stage="hear_again", total=len(wanted), unit="segments")
    meter.start()
    with counted_calls() as consumed:
        async with opened(state["given"]["file_id"]) as (folder, media, film):
            engine = current_engine(await current())
            sound = folder / "sound.wav"
            await extract_sound(media, film, sound)
            for cue in state["cues"]:
                if cue["id"] in wanted:
                    changed[cue["id"]] = await _heard_again(engine, sound, cue, state)
                    meter.advance(1)
    meter.finish()
    cues = [changed.get(cue["id"], cue) for cue in state["cues"]]
    return {"cues": cues, "again": [], "usages": [consumed.fields()]}


async def _transcribe(
    engine: SpeechEngine, media: MediaFile, film: Film, folder: Path, state: State
) -> Transcript:
    sound = folder / "sound.wav"
    meter, tell = seconds_meter("extract", film)
    meter.start()
    await extract_sound(media, film, sound, on_progress=tell)
    meter.finish()
    meter, tell = seconds_meter("hear", film)
    meter.start()
    heard = await transcribe_file(
        engine, sound, language=state["spoken"], hints=_hints(state, engine), on_progress=tell
    )
    meter.finish()
    return heard


async def _heard_again(engine: SpeechEngine, sound: Path, cue: PackedCue, state: State) -> PackedCue:
    """The cue with what is heard at its time; as it was when nothing is."""
    part = sound.with_name("again.wav")
    cut_sound(sound, part, max(0, cue["start"] - _ROOM_MS), cue["end"] + _ROOM_MS)
    heard = await transcribe_file(
        engine, part, language=state["spoken"], hints=_hints(state, engine), on_progress=lambda _: None
    )
    text = join([word.text for word in heard.words])
    known = [word.confidence for word in heard.words if word.confidence is not None]
    sure = sum(known) / len(known) if known else None
    return PackedCue(
        id=cue["id"], start=cue["start"], end=cue["end"], text=text or cue["text"], confidence=sure
    )


def _only_language(engine: SpeechEngine) -> str | None:
    """What an engine hears that understands one language alone."""
    languages = engine.info.languages
    return languages[0] if len(languages) == 1 else None


def _hints(state: State, engine: SpeechEngine) -> list[str]:
    """Names of the glossary are likely to be said; engines that take no hints are given none."""
    del engine
    return [str(entry["source"]) for entry in state["given"]["glossary"] if entry.get("source")]


def _name(engine: SpeechEngine, language: str | None) -> str:
    name, model = engine.info.name, engine.info.model_for(language)
    return f"{name}:{model}" if model and ":" not in model else model or name
