"""Films on their way between the storage and ffmpeg: fetched into a folder, and kept when they are made."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any

from graphs.model_calls import model_calls
from graphs.progress import ArtifactReady, Meter, emit
from graphs.video.state import FileNote
from tools.llm.usage import CallRecord, Usage
from tools.llm.watching import listen
from tools.media.ffmpeg import MediaFile
from tools.media.probing import Film, open_film
from tools.media.workspace import workspace, write_file
from tools.storage import base as storage

_CHUNK = 1024 * 1024
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


async def keep_file(path: Path, name: str) -> FileNote:
    """Store a file that was made."""
    media_type = _MEDIA_TYPES[path.suffix]
    stored = await storage.current().write_stream(_chunks(path), name=name, media_type=media_type)
    return _told(FileNote(file_id=stored.file_id, name=name, media_type=media_type))


async def keep_text(text: str, name: str) -> FileNote:
    """Store subtitles that were made."""
    media_type = _MEDIA_TYPES[".srt"]
    stored = await storage.current().write(text.encode(), name=name, media_type=media_type)
    return _told(FileNote(file_id=stored.file_id, name=name, media_type=media_type))


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


class Consumed:
    """What the calls of models inside a block took."""

    def __init__(self) -> None:
        self.usage = Usage()

    def add(self, record: CallRecord) -> None:
        """Count a call."""
        self.usage += record.usage

    def fields(self) -> dict[str, Any]:
        """For the state."""
        return asdict(self.usage)


@contextmanager
def film_work() -> Generator[Consumed]:
    """Inside the block, whatever a program writes is a sign of life, and calls of models are counted."""
    consumed = Consumed()
    with model_calls(), listen(consumed.add):
        yield consumed


def _told(note: FileNote) -> FileNote:
    emit(ArtifactReady(name=note["name"], media_type=note["media_type"], file_id=note["file_id"]))
    return note


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


def film_summary(film: Film, name: str) -> dict[str, Any]:
    """What the result says of the film that came in."""
    return {"name": name, **film.summary(), "audio_codecs": list(film.audio_codecs)}
