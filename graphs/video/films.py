"""Films on their way between the storage and ffmpeg: fetched into a folder, and kept when they are made."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from typing import Any

from graphs.made_files import FileNote, keep_bytes, keep_file
from graphs.progress import Meter
from tools.media.ffmpeg import MediaFile
from tools.media.probing import Film, open_film
from tools.media.workspace import workspace, write_file
from tools.storage import base as storage

_MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".mkv": "video/x-matroska",
    ".srt": "application/x-subrip; charset=utf-8",
}


@asynccontextmanager
async def opened(file_id: str) -> AsyncGenerator[tuple[Path, MediaFile, Film]]:
    """A folder with the film in it, and what is known of the film; both vanish with the block.

    Raises:
        NotFound: There is no such file.
        InvalidInput: What open_film raises.
        ServiceError: "disk_full".
    """
    async with workspace() as folder:
        path = folder / "film"
        await write_file(path, storage.current().read_stream(file_id))
        media, film = await open_film(path)
        yield folder, media, film


async def keep_film(path: Path, name: str) -> FileNote:
    """Store a film that was made."""
    return await keep_file(path, name, media_type=_MEDIA_TYPES[path.suffix])


async def keep_subtitles(text: str, name: str) -> FileNote:
    """Store subtitles that were made."""
    return await keep_bytes(text.encode(), name, media_type=_MEDIA_TYPES[".srt"])


def named(source: str, label: str, suffix: str) -> str:
    """The source's name with a label: film.mp4 becomes film.zh.srt."""
    return f"{PurePath(source).stem}.{label}{suffix}" if label else f"{PurePath(source).stem}{suffix}"


def seconds_meter(stage: str, film: Film, *, times: int = 1) -> tuple[Meter, Callable[[float], None]]:
    """A meter of a film's seconds, and what is told how many are done.

    Args:
        times: How often the stage goes through the film.
    """
    meter = Meter(stage=stage, total=max(1, round(film.duration_ms * times / 1000)), unit="seconds")

    def tell(seconds: float) -> None:
        if seconds > meter.done:
            meter.advance(int(seconds) - meter.done)

    return meter, tell


def film_summary(film: Film, name: str) -> dict[str, Any]:
    """What the result says of the film that came in."""
    return {"name": name, **film.summary(), "audio_codecs": list(film.audio_codecs)}
