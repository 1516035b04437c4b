"""Files of an audiobook, by ffmpeg: M4B with chapters and a cover, MP3 by chapter.

The sound comes as raw samples in one file, so that a chapter is a stretch of it, exact to the sample.
Chapters and tags are an ffmetadata file (https://ffmpeg.org/ffmpeg-formats.html#Metadata-1).
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.errors import InvalidInput
from tools.media.ffmpeg import Progress, run_ffmpeg

_BITRATE = "64k"  # of speech in one channel: more is not heard
_SIZE = 1024  # pixels of a cover that is made
_GROUNDS = ("0x7a2e1d", "0x1d4a7a", "0x2f5d3a", "0x5a2f6b", "0x6b531f", "0x22525c")
_PICTURES = ((b"\x89PNG\r\n\x1a\n", "png_pipe"), (b"\xff\xd8\xff", "jpeg_pipe"))
MAX_COVER = 10 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Raw PCM16, mono."""

    path: Path
    rate: int

    def as_input(self, *, start: int = 0, end: int | None = None) -> list[str]:
        """The arguments that have ffmpeg read it, or a stretch of it in samples."""
        cut = ["-ss", f"{start / self.rate:.6f}"] if start else []
        if end is not None:
            cut += ["-t", f"{(end - start) / self.rate:.6f}"]
        form = ["-f", "s16le", "-ar", str(self.rate), "-ac", "1"]
        return ["-protocol_whitelist", "file,pipe", *form, *cut, "-i", f"file:{self.path}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A chapter. Times are milliseconds."""

    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What players show."""

    title: str
    author: str = ""
    language: str = ""


async def write_m4b(
    samples: Samples,
    into: Path,
    *,
    tags: Tags,
    chapters: Sequence[Mark],
    cover: Path,
    filters: str,
    on_progress: Progress | None = None,
) -> None:
    """The whole book as AAC in MP4.

    Args:
        cover: A picture that ``picture_reader`` knows.
        filters: For the sound.
    """
    about = into.with_suffix(".ffmeta")
    about.write_text(metadata(tags, chapters), encoding="utf-8")
    reader = picture_reader(await asyncio.to_thread(cover.read_bytes))
    picture = ["-protocol_whitelist", "file,pipe", "-f", reader, "-i", f"file:{cover}"]
    words = ["-protocol_whitelist", "file,pipe", "-f", "ffmetadata", "-i", f"file:{about}"]
    maps = ["-map", "0:a:0", "-map", "1:v:0", "-map_metadata", "2", "-map_chapters", "2"]
    # The usual coder takes six times as long, and nobody hears the difference in speech.
    coder = ["-c:a", "aac", "-aac_coder", "fast", "-b:a", _BITRATE]
    sound = ["-af", filters, "-ar", str(samples.rate), *coder]
    shown = ["-c:v", "copy", "-disposition:v:0", "attached_pic"]
    form = ["-movflags", "+faststart", "-brand", "M4B ", "-f", "mp4", into]
    await run_ffmpeg(
        [*samples.as_input(), *picture, *words, *maps, *sound, *shown, *form], on_progress=on_progress
    )


async def write_mp3(
    samples: Samples,
    into: Path,
    *,
    tags: Tags,
    chapter: Mark,
    place: tuple[int, int],
    filters: str,
    track: str,
) -> None:
    """A chapter as MP3.

    Args:
        place: Where it lies, in samples.
        track: Its number, such as 3/12.
    """
    told = {"title": chapter.title, "album": tags.title, "artist": tags.author, "track": track}
    named = [arg for name, value in told.items() if value for arg in ("-metadata", f"{name}={_row(value)}")]
    form = ["-ar", str(samples.rate), "-c:a", "libmp3lame", "-b:a", _BITRATE]
    sound = ["-map", "0:a:0", "-af", filters, *form]
    start, end = place
    await run_ffmpeg([*samples.as_input(start=start, end=end), *sound, *named, "-f", "mp3", into])


def metadata(tags: Tags, chapters: Sequence[Mark]) -> str:
    """The ffmetadata file."""
    told = {"title": tags.title, "album": tags.title, "artist": tags.author, "language": tags.language}
    lines = [";FFMETADATA1", "genre=Audiobook", "media_type=2"]
    lines += [f"{name}={_escaped(value)}" for name, value in told.items() if value]
    for chapter in chapters:
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={chapter.start}", f"END={chapter.end}"]
        lines += [f"title={_escaped(chapter.title)}"]
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return re.sub(r"([=;#\\])", r"\\\1", _row(value))


def _row(value: str) -> str:
    return " ".join(value.replace("\0", "").split())


def picture_reader(head: bytes) -> str:
    """ffmpeg's reader for a cover, by its first bytes.

    Raises:
        InvalidInput: "unknown_picture": it is neither PNG nor JPEG.
    """
    for magic, reader in _PICTURES:
        if head.startswith(magic):
            return reader
    raise InvalidInput(
        "cover_file_id: the cover is neither PNG nor JPEG",
        hint="Upload one of these.",
        code="unknown_picture",
    )


async def make_cover(into: Path, *, tags: Tags) -> None:
    """A plain cover with the title and the author, for a book that brings none.

    It stays without words where this machine has no letters for them.
    """
    ground = _GROUNDS[sum(tags.title.encode()) % len(_GROUNDS)]
    picture = f"color=c={ground}:s={_SIZE}x{_SIZE}:d=1,drawbox=x=40:y=40:w=944:h=944:c=0xf4ead2@0.8:t=3"
    script = into.with_suffix(".ass")
    script.write_text(_cover_script(tags), encoding="utf-8")
    # The script is named within ffmpeg's own working directory, so its path needs no escapes.
    told = await _draw(f"{picture},ass={script.name}", into)
    if "not found" in told or "failed to find any" in told:
        await _draw(picture, into)


async def _draw(picture: str, into: Path) -> str:
    return await run_ffmpeg(
        ["-f", "lavfi", "-i", picture, "-frames:v", "1", "-f", "image2", into], cwd=into.parent
    )


def _cover_script(tags: Tags) -> str:
    def plain(text: str) -> str:
        return re.sub(r"[{}\\]", " ", _row(text))[:200]

    return (
        f"[Script Info]\nScriptType: v4.00+\nPlayResX: {_SIZE}\nPlayResY: {_SIZE}\nWrapStyle: 0\n\n"
        "[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, Alignment, MarginL, MarginR, MarginV\n"
        "Style: title,Serif,92,&H00D2EAF4,5,110,110,60\nStyle: author,Serif,52,&H00D2EAF4,2,110,110,120\n\n"
        "[Events]\nFormat: Start, End, Style, Text\n"
        f"Dialogue: 0:00:00.00,0:00:05.00,title,{plain(tags.title)}\n"
        f"Dialogue: 0:00:00.00,0:00:05.00,author,{plain(tags.author)}\n"
    )
