"""The nodes that look for words in a film's picture, and read them."""

from collections.abc import Sequence
from functools import partial

from graphs.model_calls import counted_calls
from graphs.notes import Note, warn
from graphs.progress import Meter
from graphs.video.cues import pack, pack_place, unpack_place
from graphs.video.films import opened, seconds_meter
from graphs.video.request import Input, Region
from graphs.video.state import PackedCue, State, Update
from tools.errors import InvalidInput
from tools.llm.chat_models import current
from tools.media.ffmpeg import MediaFile
from tools.media.probing import Film
from tools.subtitles.cues import Cue
from tools.video.caption_cues import merge_same
from tools.video.captions import Box, Caption
from tools.video.looking import find_regions, follow, still
from tools.video.reading import Still, read_all, reader

_ROOM = 0.25  # of a caption's height, left around it for the reader
_LEGIBLE = 64  # pixels that a still should have in height


async def read_picture(state: State) -> Update:
    """Find the subtitles that are part of the picture, and read each of them once."""
    given = Input.model_validate(state["given"])
    with counted_calls() as consumed:
        async with opened(given.file_id) as (_, media, film):
            captions = await _captions(media, film, given.look_at)
            if not captions:
                raise InvalidInput(
                    "no subtitles were found in the picture",
                    hint="Say with look_at where they stand, or use words_from=speech.",
                    code="no_captions",
                )
            own = reader(await current())
            meter = Meter(stage="read_picture", total=len(captions), unit="segments")
            meter.start()
            wanted = [partial(_still, media, film, caption, str(n)) for n, caption in enumerate(captions)]
            texts = await read_all(own, wanted, state["spoken"], on_read=meter.advance)
            meter.finish()
    merged = merge_same(captions, {int(id): text for id, text in texts.items()})
    if not merged:
        raise InvalidInput(
            f"{own.name} reads no words in what looks like subtitles",
            hint="Say with look_at where they stand, or use words_from=speech.",
            code="no_captions",
        )
    cues = [
        Cue(id=number, start=caption.start, end=caption.end, text=text)
        for number, (caption, text) in enumerate(merged, 1)
    ]
    return {
        "cues": pack(cues),
        "places": [pack_place(caption) for caption, _ in merged],
        "words": {**state["words"], "engine": own.name, "cues": len(cues)},
        "usages": [consumed.fields()],
    }


async def read_again(state: State) -> Update:
    """Read some cues once more; the others stay as they are."""
    wanted = set(state["again"])
    places = state["places"] or []
    chosen = [
        (cue, unpack_place(place))
        for cue, place in zip(state["cues"], places, strict=True)
        if cue["id"] in wanted
    ]
    meter = Meter(stage="read_again", total=len(chosen), unit="segments")
    meter.start()
    with counted_calls() as consumed:
        async with opened(state["given"]["file_id"]) as (_, media, film):
            stills = [partial(_still, media, film, caption, str(cue["id"])) for cue, caption in chosen]
            own = reader(await current())
            texts = await read_all(own, stills, state["spoken"], on_read=meter.advance)
    meter.finish()
    cues: list[PackedCue] = []
    for cue in state["cues"]:
        text = texts.get(str(cue["id"]), "")
        cues.append(PackedCue(id=cue["id"], start=cue["start"], end=cue["end"], text=text) if text else cue)
    return {"cues": cues, "again": [], "usages": [consumed.fields()]}


async def find_places(state: State) -> Update:
    """Find where words stand in the picture, without reading them, so that they can be erased."""
    given = Input.model_validate(state["given"])
    assert given.erase is not None  # noqa: S101 - the route leads here for erasing alone
    with counted_calls():
        async with opened(given.file_id) as (_, media, film):
            captions = await _captions(media, film, given.erase.regions)
    note = Note(code="no_captions", message="no subtitles were found in the picture; nothing is erased")
    if not captions:
        warn([note])
    return {
        "places": [pack_place(caption) for caption in captions],
        "warnings": [] if captions else [note],
    }


async def _captions(media: MediaFile, film: Film, regions: Sequence[Region]) -> list[Caption]:
    """What stands in the regions, or in those that are found when none are given."""
    boxes: list[tuple[Box, int, int | None]] = [
        (Box(x=r.x, y=r.y, width=r.width, height=r.height), r.start_ms, r.end_ms) for r in regions
    ]
    if not boxes:
        meter, tell = seconds_meter("find_regions", film)
        meter.start()
        boxes = [(box, 0, None) for box in await find_regions(media, film, on_progress=tell)]
        meter.finish()
    meter, tell = seconds_meter("look", film, times=max(1, len(boxes)))
    meter.start()
    captions: list[Caption] = []
    for number, (box, start, end) in enumerate(boxes):
        done = number * film.duration_ms / 1000
        found = await follow(media, film, box, on_progress=lambda seconds, done=done: tell(done + seconds))
        captions += [one for one in found if one.end > start and (end is None or one.start < end)]
    meter.finish()
    return sorted(captions, key=lambda caption: (caption.start, caption.box.y))


async def _still(media: MediaFile, film: Film, caption: Caption, id: str) -> Still:
    room = max(4, round(caption.box.height * _ROOM))
    box = caption.box.grown(room, film.width, film.height)
    at = (caption.start + caption.end) // 2
    zoom = max(1, min(4, -(-_LEGIBLE // box.height)))
    return Still(id=id, at_ms=at, png=await still(media, box, at, zoom=zoom))
