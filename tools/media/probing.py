"""What a film is: its length, picture and sound.

ffmpeg's own report of an input is read, since ffprobe is not in the imageio-ffmpeg package: one way for both.
"""

import asyncio
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tools.errors import InvalidInput, ProcessFailed
from tools.media.boxes import inspect
from tools.media.containers import demuxer_of
from tools.media.ffmpeg import MediaFile, program
from tools.processes import run_process

_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
_STREAM = re.compile(
    r"^  Stream #0:(?P<index>\d+)(?:\[\w+\])?(?:\((?P<language>[^)]*)\))?: (?P<kind>\w+): (?P<what>.*)$"
)
_SIZE = re.compile(r"\b(\d{2,5})x(\d{2,5})\b(?: \[SAR (\d+):(\d+))?")
_FPS = re.compile(r"\b([\d.]+)(k?) fps\b")
_TBR = re.compile(r"\b([\d.]+)(k?) tbr\b")
_ROTATION = re.compile(r"rotation of (-?[\d.]+) degrees")
_RATE = re.compile(r"\b(\d+) Hz\b")
_SECONDS = 120.0  # that looking at a film may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A film's first sound track."""

    index: int  #: Of all streams.
    codec: str
    sample_rate: int
    language: str  #: As the file says; "" when it does not.


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What is known of a film before it is decoded."""

    format: str  #: ffmpeg's reader: "mov" is MP4 too, "matroska" WebM too.
    duration_ms: int
    codec: str
    width: int  #: Of the picture as it is shown, in its own pixels; so is height.
    height: int
    fps: float
    rotation: int  #: Degrees that a player turns the picture by: 0, 90, 180, 270.
    aspect: float  #: Width of a pixel by its height.
    audio: Sound | None
    audio_codecs: tuple[str, ...] = ()  #: Of all sound tracks.
    subtitle_tracks: int = 0

    @property
    def is_vertical(self) -> bool:
        """Whether it is made for a telephone that is held upright."""
        return self.height > self.width

    def summary(self) -> dict[str, Any]:
        """For people."""
        return asdict(self)


async def open_film(path: Path) -> tuple[MediaFile, Film]:
    """Look at a local file.

    Raises:
        InvalidInput: "not_a_video", "playlist_refused", "video_encrypted", "video_truncated",
            "video_without_picture" or "video_unreadable".
    """
    demuxer = await asyncio.to_thread(demuxer_of, path)
    sound = await asyncio.to_thread(inspect, path, demuxer)
    if sound.is_encrypted:
        raise InvalidInput(
            "the film is encrypted (DRM); it cannot be decoded without its owner's key",
            hint="Upload a copy without copy protection.",
            code="video_encrypted",
        )
    if sound.is_cut:
        raise InvalidInput(
            "the film is cut off: it says itself that more belongs to it",
            hint="Upload it again, whole.",
            code="video_truncated",
        )
    media = MediaFile(path=path, demuxer=demuxer)
    return media, parse_report(await _report(media), demuxer)


async def _report(media: MediaFile) -> str:
    """What ffmpeg says of an input. Without an output it always ends with a failure, which is none."""
    try:
        args = [program(), "-hide_banner", "-nostdin", *media.as_input()]
        done = await run_process([*args, "-t", "0", "-f", "null", "-"], timeout=_SECONDS)
    except ProcessFailed as error:
        if error.code != "process_failed":
            raise
        raise InvalidInput(
            f"the film cannot be read: {error.message.splitlines()[-1]}",
            hint="See that it plays, and upload it again.",
            code="video_unreadable",
        ) from None
    return done.stderr.decode(errors="replace")


def parse_report(report: str, demuxer: str) -> Film:
    """A film from what ffmpeg says of it.

    Raises:
        InvalidInput: "video_without_picture", or "video_unreadable" when it has no length.
    """
    report = report.partition("\nOutput #0")[0].partition("\nStream mapping")[0]
    picture, sound, rotation = None, None, 0
    codecs: list[str] = []
    subtitle_tracks = 0
    for line in report.splitlines():
        if found := _STREAM.match(line):
            is_cover = "(attached pic)" in line
            if found["kind"] == "Video" and picture is None and not is_cover and _SIZE.search(found["what"]):
                picture = found
            elif found["kind"] == "Audio" and _RATE.search(found["what"]):
                sound = sound or found
                codecs.append(_codec(found["what"]))
            subtitle_tracks += found["kind"] == "Subtitle"
        elif (turned := _ROTATION.search(line)) and sound is None:
            rotation = round(-float(turned[1])) % 360
    if picture is None:
        raise InvalidInput(
            "the file has no moving picture",
            hint="Upload a film; for sound alone there is the job that writes down speech.",
            code="video_without_picture",
        )
    film = _film(report, demuxer, picture["what"], rotation, _sound(sound))
    return replace(film, audio_codecs=tuple(codecs), subtitle_tracks=subtitle_tracks)


def _film(report: str, demuxer: str, what: str, rotation: int, sound: Sound | None) -> Film:
    length = _DURATION.search(report)
    if length is None:
        raise InvalidInput(
            "the film does not say how long it is",
            hint="Write it anew, such as: ffmpeg -i film -c copy new.mkv",
            code="video_unreadable",
        )
    seconds = int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3])
    size = _SIZE.search(what)
    assert size is not None  # noqa: S101 - a picture without a size is none
    width, height = int(size[1]), int(size[2])
    aspect = int(size[3]) / int(size[4]) if size[3] and int(size[4]) and int(size[3]) else 1.0
    if rotation in (90, 270):
        width, height, aspect = height, width, 1 / aspect
    rate = _FPS.search(what) or _TBR.search(what)
    fps = float(rate[1]) * (1000 if rate[2] else 1) if rate else 25.0
    return Film(
        format=demuxer,
        duration_ms=round(seconds * 1000),
        codec=_codec(what),
        width=width,
        height=height,
        fps=fps,
        rotation=rotation,
        aspect=aspect,
        audio=sound,
    )


def _sound(found: re.Match[str] | None) -> Sound | None:
    if found is None:
        return None
    rate = _RATE.search(found["what"])
    language = found["language"] or ""
    return Sound(
        index=int(found["index"]),
        codec=_codec(found["what"]),
        sample_rate=int(rate[1]) if rate else 0,
        language="" if language == "und" else language,
    )


def _codec(what: str) -> str:
    return what.split()[0].rstrip(",")
