"""The nodes that write what the job is for: subtitle files, and films."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from graphs.model_calls import counted_calls
from graphs.video.cues import unpack, unpack_place
from graphs.video.dubbing import dub
from graphs.video.films import keep_film, keep_subtitles, named, opened, seconds_meter
from graphs.video.request import Input
from graphs.video.state import PackedCue, State, TargetResult, Update
from tools.errors import NotFound
from tools.llm.usage import Usage
from tools.media.ffmpeg import MediaFile
from tools.media.probing import Film
from tools.storage import base as storage
from tools.subtitles.breaking import break_lines
from tools.subtitles.cues import Cue
from tools.subtitles.fitting import stacked
from tools.subtitles.profiles import profile_of
from tools.translation.languages import language_of
from tools.video.captions import Box
from tools.video.erasing import Erasure, erasures_of
from tools.video.glyphs import require_glyphs
from tools.video.inpainting import PullPush, patch
from tools.video.looks import Canvas, Look, ass_file, letters_in_line, look_of
from tools.video.rendering import Patch, Plan, SubtitleTrack, render
from tools.video.srt_text import srt_text

_WIDE = ("zh", "ja", "ko")


async def keep_words(state: State) -> Update:
    """Store the words in their own language, which they tell where nobody else did."""
    cues = unpack(state["cues"])
    spoken = state["spoken"] or language_of("\n".join(cue.text for cue in cues))
    file = await keep_subtitles(srt_text(cues), named(state["source"], spoken or "source", ".srt"))
    words = {**state["words"], "file": file, "language": spoken, "cues": len(cues)}
    return {"spoken": spoken, "words": words}


async def keep_translations(state: State) -> Update:
    """Store the subtitles of each target as they stand now, in place of those that were kept before."""
    targets: dict[str, TargetResult] = {}
    for target, figures in state["figures"].items():
        text = srt_text(_shown(state, target))
        new = await keep_subtitles(text, figures["name"])
        if figures["file_id"] is not None:
            with suppress(NotFound):  # an attempt before this one may have come so far
                await storage.current().delete(figures["file_id"])
        subtitles = {**figures, "file_id": new["file_id"], "name": new["name"]}
        targets[target] = TargetResult(subtitles=subtitles, video=None, dub=None)
    return {"targets": targets}


async def plan_films(state: State) -> Update:
    """Which films are to be made: one for each target where they differ, else a single one."""
    given = state["given"]
    if given["render"] == "none":
        return {"films": []}
    has_own = given["target_languages"] and (given["render"] == "burn" or given["dub"])
    return {"films": given["target_languages"] if has_own else [""]}


async def make_film(state: State) -> Update:
    """Make the next film."""
    given = Input.model_validate(state["given"])
    target, *left = state["films"]
    with counted_calls() as consumed:
        async with opened(given.file_id) as (folder, media, film):
            plan, told = await _planned(state, given, target, (folder, media, film))
            meter, tell = seconds_meter(f"render_{target}" if target else "render", film)
            meter.start()
            made = await render(media, film, plan, folder, name="made", on_progress=tell)
            meter.finish()
            file = await keep_film(made, named(state["source"], target or "new", made.suffix))
    update: Update = {"films": left, "usages": [consumed.fields()]}
    if target:
        result = TargetResult(subtitles=state["targets"][target]["subtitles"], video=file, dub=told)
        update["targets"] = {**state["targets"], target: result}
    else:
        update["file"] = file
    return update


async def finish(state: State) -> Update:
    """Add up what it took, and say who did it."""
    usage = sum((Usage(**fields) for fields in state["usages"]), Usage())
    erased = None
    if state["given"]["erase"] is not None and state["places"]:
        places = state["places"]
        erased = {"method": state["given"]["erase"]["method"], "regions": places}
    by_model = state["emotions"] is not None or state["recap"] is not None
    mode = "model" if by_model and state["mode"] == "rules" else state["mode"]
    return {"mode": mode, "usage": asdict(usage), "erased": erased}


async def _planned(
    state: State, given: Input, target: str, at: tuple[Path, MediaFile, Film]
) -> tuple[Plan, dict[str, Any] | None]:
    """What is to become of the film, its files written; and what is said of its voice."""
    folder, _, film = at
    plan, told = Plan(), None
    if given.erase is not None and state["places"]:
        erasures = erasures_of([unpack_place(place) for place in state["places"]], film)
        if given.erase.method == "inpaint":
            plan = replace(plan, patches=await _patches(erasures, at))
        else:
            plan = replace(plan, erasures=erasures, method=given.erase.method)
    if given.render == "burn" and state["cues"]:
        plan = replace(plan, subtitles=await _drawn(state, given, target, folder, film))
    elif given.render == "mux" and state["cues"]:
        plan = replace(plan, tracks=_tracks(state, target, folder))
    if given.dub is not None:
        flags = state["figures"][target]["flags"]
        untranslated = {int(flag["id"]) for flag in flags if flag["status"] != "translated"}
        cues = [cue for cue in unpack(_translated(state, target)) if cue.id not in untranslated]
        voice, told = await dub(given.dub, cues, target, at)
        told["silent"] = sorted({*told["silent"], *untranslated})
        plan = replace(plan, dub=voice, dub_language=target)
    return plan, told


async def _patches(erasures: list[Erasure], at: tuple[Path, MediaFile, Film]) -> list[Patch]:
    folder, media, film = at
    meter, tell = seconds_meter("inpaint", film, times=max(1, len(erasures)))
    meter.start()
    patches: list[Patch] = []
    for number, erasure in enumerate(erasures):
        done = number * film.duration_ms / 1000
        path = await patch(
            media,
            film,
            erasure,
            folder,
            name=f"patch{number}",
            inpainter=PullPush(),
            on_progress=lambda seconds, done=done: tell(done + seconds),
        )
        patches.append(Patch(path=path, erasure=erasure))
    meter.finish()
    return patches


async def _drawn(state: State, given: Input, target: str, folder: Path, film: Film) -> str:
    """The name of an ASS file of the subtitles that are drawn into the picture."""
    changes = given.look.model_dump(exclude={"preset"})
    look = look_of(given.look.preset, changes)
    canvas = Canvas(
        width=round(film.width * film.aspect), height=film.height, avoid=_in_the_way(state, given)
    )
    language = target or state["spoken"] or ""
    cues = unpack(_translated(state, target) if target else state["cues"])
    cues = _broken(cues, language, look, canvas, given)
    seconds: Mapping[int, str] = {}
    if target and given.options.bilingual is not None:
        seconds = _sources(state)
        if given.options.bilingual == "source_first":
            own = {cue.id: cue.text for cue in cues}
            cues = [replace(cue, text=seconds.get(cue.id, cue.text)) for cue in cues]
            seconds = own
    await require_glyphs([*(cue.text for cue in cues), *seconds.values()], look, folder)
    (folder / "drawn.ass").write_text(ass_file(cues, look, canvas, seconds=seconds), encoding="utf-8")
    return "drawn.ass"


def _broken(cues: list[Cue], language: str, look: Look, canvas: Canvas, given: Input) -> list[Cue]:
    """In lines that fit the picture, where its width holds fewer letters than the profile allows."""
    profile = profile_of(language, dict(given.options.profile))
    room = letters_in_line(look, canvas, is_wide=language.lower().startswith(_WIDE))
    if room >= profile.cpl:
        return cues
    narrow = profile.model_copy(update={"cpl": room, "max_lines": max(profile.max_lines, 3)})
    return [replace(cue, text=break_lines(" ".join(cue.text.split("\n")), narrow, "srt")) for cue in cues]


def _in_the_way(state: State, given: Input) -> Box | None:
    """Where the film's own subtitles stand, when they stay."""
    if given.erase is not None or not state["places"]:
        return None
    boxes = [unpack_place(place).box for place in state["places"]]
    found = boxes[0]
    for box in boxes[1:]:
        found = found.joined(box)
    return found


def _tracks(state: State, target: str, folder: Path) -> list[SubtitleTrack]:
    """A film of one target has its subtitles alone; the common film has all, those of the source last."""
    tracks: list[SubtitleTrack] = []
    for language in [target] if target else state["translated"]:
        tracks.append(_track(folder, _shown(state, language), language, len(tracks)))
    if not target:
        tracks.append(_track(folder, unpack(state["cues"]), state["spoken"], len(tracks)))
    return tracks


def _track(folder: Path, cues: list[Cue], language: str | None, number: int) -> SubtitleTrack:
    path = folder / f"track{number}.srt"
    path.write_text(srt_text(cues), encoding="utf-8")
    return SubtitleTrack(srt=path, language=language)


def _shown(state: State, target: str) -> list[Cue]:
    """The cues of a target as a file shows them: in both languages where that is wanted."""
    cues = unpack(state["translated"][target])
    bilingual = state["given"]["options"]["bilingual"]
    if bilingual is None:
        return cues
    sources = _sources(state)
    different = {cue.id for cue in cues if cue.text != sources[cue.id]}
    return stacked(cues, sources, different, source_first=bilingual == "source_first")


def _sources(state: State) -> dict[int, str]:
    return {cue["id"]: cue["text"] for cue in state["cues"]}


def _translated(state: State, target: str) -> list[PackedCue]:
    return state["translated"][target]
