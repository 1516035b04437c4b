"""Where subtitles come from, and where they go."""

import asyncio
from dataclasses import dataclass
from pathlib import PurePath

from graphs.progress import ArtifactReady, emit
from graphs.subtitles.state import Input, Source, parse_input
from graphs.translation_request import read_terms
from tools.errors import InputTooLarge, InvalidInput
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A subtitle file, kept."""

    file_id: str | None  #: None where no storage is bound.
    name: str
    text: str | None  #: Of a file that came as text.


async def find_source(given: Input) -> Source:
    """Where the file is.

    Raises:
        InputTooLarge: It has too many bytes.
        NotFound: There is no such file.
    """
    if given.file_id is None:
        return Source(text=given.text, file_id=None, name=given.name or "subtitles")
    stored = await storage.current().describe(given.file_id)
    if stored.size > MAX_BYTES:
        raise InputTooLarge(
            f"the file has {stored.size} bytes; at most {MAX_BYTES} are read",
            hint="Split the film's subtitles.",
            code="file_too_large",
        )
    return Source(text=None, file_id=given.file_id, name=given.name or stored.name)


async def open_source(source: Source) -> SubtitleFile:
    """The cues.

    Raises:
        InvalidInput: What open_subtitles raises, or text that no encoding can store.
    """
    if source["file_id"] is not None:
        data = await storage.current().read(source["file_id"])
        return await asyncio.to_thread(open_subtitles, data, source["name"])
    try:
        data = (source["text"] or "").encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            "the text holds half of a surrogate pair, which no encoding can store",
            hint="Send it as UTF-8, each emoji and rare character whole.",
            code="invalid_text",
        ) from None
    return await asyncio.to_thread(open_subtitles, data, source["name"], encoding="utf-8")


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


async def keep(source: Source, file: SubtitleFile, cues: list[Cue], label: str) -> Written:
    """Store the file with these cues, in its own format, under the source's name and a label."""
    text = await asyncio.to_thread(file.render, cues)
    path = PurePath(source["name"])
    name = f"{path.stem}.{label}{path.suffix or f'.{file.format}'}"
    media_type = _MEDIA_TYPES[file.format]
    given = text if source["text"] is not None else None
    files = storage.bound()
    if files is None:
        return Written(file_id=None, name=name, text=given)
    stored = await files.write(text.encode(), name=name, media_type=media_type)
    emit(ArtifactReady(name=name, media_type=media_type, file_id=stored.file_id))
    return Written(file_id=stored.file_id, name=name, text=given)


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
