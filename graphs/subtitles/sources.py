"""Where subtitles come from, and where they go."""

import asyncio
from pathlib import PurePath

from graphs import translation_files
from graphs.subtitles.state import Input, parse_input
from graphs.translation_files import Kept, Source
from graphs.translation_request import read_terms
from tools.storage import base as storage
from tools.subtitles.converting import convert
from tools.subtitles.cues import Cue
from tools.subtitles.file import Format, SubtitleFile
from tools.subtitles.opening import MAX_BYTES, open_subtitles
from tools.subtitles.profiles import ProfileTable, profile_of, read_profiles
from tools.subtitles.synchronising import Alignment, Shift, align, frame_rate, two_points

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
        encoding=given.encoding,
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
    if sync.points is not None:
        first, second = ((point.from_ms, point.to_ms) for point in sync.points)
        return two_points(first, second), None
    rates = sync.frame_rate
    shift = frame_rate(rates.made_for, rates.played_at) if rates else Shift()
    return Shift(rate=shift.rate, offset=shift.offset + sync.offset_ms), None


async def find_profiles(given: Input) -> ProfileTable | None:
    """The request's own profiles.

    Raises:
        InvalidInput: What read_profiles and profile_of raise.
        NotFound: There is no such file.
    """
    own = None
    if given.profile_file_id is not None:
        own = read_profiles(await storage.current().read(given.profile_file_id))
    for language in given.target_languages or [given.source_language or ""]:
        profile_of(language, given.options.profile, viewers=given.options.viewers, own=own)
    return own


async def keep(
    source: Source, file: SubtitleFile, cues: list[Cue], label: str, *, format: Format | None
) -> tuple[Kept, dict[str, int]]:
    """Store the file with these cues under the source's name and a label.

    Args:
        format: What it becomes; None for its own, in which nothing else changes.

    Returns:
        The file, and what the other format had no place for.
    """
    lost: dict[str, int] = {}
    if format is None or format == file.format:
        text, written = await asyncio.to_thread(file.render, cues), file.format
    else:
        converted = await asyncio.to_thread(convert, cues, file.format, format)
        text, lost, written = converted.text, converted.lost, format
        name = PurePath(source["name"]).stem
        source = Source(text=source["text"], file_id=source["file_id"], name=name)
    kept = await translation_files.keep(
        source, text.encode(), label=label, media_type=_MEDIA_TYPES[written], suffix=f".{written}"
    )
    return kept, lost


async def keep_sheet(source: Source, data: bytes) -> str:
    """Store what an editor shows."""
    name = f"{PurePath(source['name']).stem}.cues.json"
    return (await storage.current().write(data, name=name, media_type="application/json")).file_id


async def check_input(values: object) -> None:
    """Refuse what cannot be done, before a run is queued for it.

    Raises:
        InvalidInput: As parse_input, open_source, read_terms and find_profiles do.
        NotFound: There is no such file.
    """
    given = parse_input(values)
    file = await open_source(await find_source(given))
    await find_shift(given, file)
    await read_terms(given)
    await find_profiles(given)
