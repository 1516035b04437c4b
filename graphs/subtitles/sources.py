"""Where subtitles come from, and where they go."""

import asyncio

from graphs import translation_files
from graphs.subtitles.state import Input, parse_input
from graphs.translation_files import Kept, Source
from graphs.translation_request import read_terms
from tools.storage import base as storage
from tools.subtitles.cues import Cue
from tools.subtitles.file import SubtitleFile
from tools.subtitles.opening import MAX_BYTES, open_subtitles
from tools.subtitles.profiles import profile_of
from tools.subtitles.synchronising import Alignment, Shift, align, frame_rate

_MEDIA_TYPES = {
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "ass": "text/x-ssa; charset=utf-8",
    "lrc": "text/plain; charset=utf-8",
    "ttml": "application/ttml+xml; charset=utf-8",
}


async def find_source(given: Input) -> Source:
    """Where the file is.

    Raises:
        InputTooLarge: It has too many bytes.
        NotFound: There is no such file.
    """
    return await translation_files.find(
        given.text,
        given.file_id,
        given.name,
        unnamed="subtitles",
        most_bytes=MAX_BYTES,
        hint="Split the film's subtitles.",
    )


async def open_source(source: Source) -> SubtitleFile:
    """The cues.

    Raises:
        InvalidInput: What open_subtitles raises, or text that no encoding can store.
    """
    data, encoding = await translation_files.read(source)
    return await asyncio.to_thread(open_subtitles, data, source["name"], encoding=encoding)


async def find_shift(given: Input, file: SubtitleFile) -> tuple[Shift, Alignment | None]:
    """How times are to be moved: as the request says, or to a reference.

    Raises:
        InvalidInput: "not_alignable", or what opening the reference raises.
    """
    if given.reference_file_id is not None:
        name = (await storage.current().describe(given.reference_file_id)).name
        reference = await open_source(Source(text=None, file_id=given.reference_file_id, name=name))
        found = await asyncio.to_thread(align, file.cues, reference.cues)
        return found.shift, found
    sync = given.sync
    if sync is None:
        return Shift(), None
    rates = sync.frame_rate
    shift = frame_rate(rates.made_for, rates.played_at) if rates else Shift()
    return Shift(rate=shift.rate, offset=shift.offset + sync.offset_ms), None


async def keep(source: Source, file: SubtitleFile, cues: list[Cue], label: str) -> Kept:
    """Store the file with these cues, in its own format, under the source's name and a label."""
    data = (await asyncio.to_thread(file.render, cues)).encode()
    media_type = _MEDIA_TYPES[file.format]
    return await translation_files.keep(
        source, data, label=label, media_type=media_type, suffix=f".{file.format}"
    )


async def check_input(values: object) -> None:
    """Refuse what cannot be done, before a run is queued for it.

    Raises:
        InvalidInput: As parse_input, open_source, read_terms and profile_of do.
        NotFound: There is no such file.
    """
    given = parse_input(values)
    file = await open_source(await find_source(given))
    await find_shift(given, file)
    await read_terms(given)
    profile_of("", given.options.profile)
