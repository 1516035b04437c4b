"""The first node: the input checked, the film looked at, and the words of films that bring them along."""

import asyncio
from dataclasses import replace
from typing import Any

from langgraph.types import Overwrite

from graphs.model_calls import counted_calls
from graphs.notes import Note, warn
from graphs.progress import Meter
from graphs.translation_request import read_terms
from graphs.video.cues import pack
from graphs.video.films import film_summary, opened
from graphs.video.request import Input, parse_input
from graphs.video.state import Request, State, Update, WordsResult
from tools.errors import InvalidInput
from tools.llm.chat_models import current
from tools.media.probing import Film
from tools.speech.current import current_engine, current_speaker
from tools.storage import base as storage
from tools.subtitles.markup import visible
from tools.subtitles.opening import open_subtitles
from tools.subtitles.profiles import profile_of
from tools.video.reading import reader


async def check_input(values: object) -> None:
    """Refuse what cannot be done, before a run is queued for it.

    Raises:
        InvalidInput: As parse_input, read_terms and profile_of do.
        NotFound: There is no such file.
    """
    await _check(parse_input(values))


async def _check(given: Input) -> str:
    """The film's name."""
    stored = await storage.current().describe(given.file_id)
    for file_id in (given.subtitles_file_id, given.memory.file_id):
        if file_id is not None:
            await storage.current().describe(file_id)
    await read_terms(given)
    profile_of("", dict(given.options.profile))
    return given.name or stored.name


async def look_at_film(state: Request) -> Update:
    """Check the input, and look at the film."""
    given = parse_input(state)
    meter = Meter(stage="probe", total=1, unit="films")
    meter.start()
    name = await _check(given)
    await _require_parts(given)
    with counted_calls():
        async with opened(given.file_id) as (_, _, film):
            _require_sound(given, film)
    notes = [*_notes(film), *await _offline_notes(given)]
    warn(notes)
    meter.finish()
    return {
        **_cleared(),
        "given": given.model_dump(),
        "source": name,
        "spoken": given.source_language,
        "video": film_summary(film, name),
        "words": WordsResult(
            source=given.words_from,
            engine=None,
            language=given.source_language,
            cues=0,
            estimated_times=False,
            file=None,
        ),
        "warnings": Overwrite(notes),
    }


async def load_words(state: State) -> Update:
    """The words of a subtitle file."""
    file_id = state["given"]["subtitles_file_id"]
    name = (await storage.current().describe(file_id)).name
    data = await storage.current().read(file_id)
    file = await asyncio.to_thread(open_subtitles, data, name, encoding=state["given"].get("encoding"))
    is_srt = file.format == "srt"
    packed = pack(cue if is_srt else replace(cue, text=visible(cue.text, file.format)) for cue in file.cues)
    return {"cues": packed, "words": {**state["words"], "cues": len(packed)}}


def _cleared() -> Update:
    """A thread's earlier run may have left its values; Overwrite clears what else would add up."""
    return {
        "mode": "rules",
        "cues": [],
        "places": None,
        "translated": {},
        "figures": {},
        "again": [],
        "again_by_target": {},
        "problems": [],
        "films": [],
        "targets": {},
        "file": None,
        "erased": None,
        "recap": None,
        "emotions": None,
        "usage": {},
        "usages": Overwrite([]),
    }


async def _require_parts(given: Input) -> None:
    """Fail now rather than after an hour, where something is missing that will be needed.

    Raises:
        Unavailable: Nothing here hears, or speaks.
        InvalidInput: Nothing here reads pictures.
    """
    models = await current()
    if given.words_from == "speech":
        current_engine(models)
    if given.words_from == "picture":
        reader(models)
    if given.dub is not None:
        current_speaker(models)


def _require_sound(given: Input, film: Film) -> None:
    if given.words_from == "speech" and film.audio is None:
        raise InvalidInput(
            "the film has no sound, so there is no speech in it to write down",
            hint="Use words_from=picture for subtitles in the picture, or words_from=file.",
            code="video_without_sound",
        )
    for region in [*given.look_at, *(given.erase.regions if given.erase else [])]:
        if region.x + region.width > film.width or region.y + region.height > film.height:
            raise InvalidInput(
                f"the region {region.x},{region.y} of {region.width} x {region.height} pixels leaves the "
                f"picture, which has {film.width} x {film.height}",
                hint="Give pixels of the picture as it is shown, from its upper left.",
                code="region_outside",
            )


def _notes(film: Film) -> list[Note]:
    if not film.subtitle_tracks:
        return []
    message = (
        f"the film has {film.subtitle_tracks} subtitle tracks of its own, which new films do not take over"
    )
    return [Note(code="tracks_left_out", message=message)]


async def _offline_notes(given: Input) -> list[Note]:
    models = await current()
    wanted: list[tuple[bool, Any, str, str]] = [
        (bool(given.write_recap), models.choice("primary"), "retold", "PRIMARY_MODEL"),
        (given.label_emotions, models.choice("fast"), "labelled", "FAST_MODEL or PRIMARY_MODEL"),
    ]
    return [
        Note(code="offline", message=f"No language model is configured: nothing is {what}. Set {setting}.")
        for is_wanted, choice, what, setting in wanted
        if is_wanted and choice is None
    ]
