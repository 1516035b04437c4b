"""Looking for subtitles in a film's picture, from its beginning to its end, window by window."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import numpy as np

from tools.media.ffmpeg import MediaFile, Progress, read_ffmpeg
from tools.media.probing import Film
from tools.video.captions import Box, Caption, CaptionFollower, Pictures, RegionFinder

_SEARCH_WIDTH = 320  # pixels; letters of subtitles are 8 high or more there
_SEARCH_FPS = 2.0
_FOLLOW_WIDTH = 480
_MOST_FPS = 30.0
_WINDOW_BYTES = 48 * 1024 * 1024
_SHORTEST_WINDOW = 5.0  # seconds
_PAD = 0.35  # of a region's height: letters without ascenders do not fill it


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What part of the picture is looked at, how large, and how often."""

    box: Box | None
    width: int
    height: int
    fps: float

    @property
    def filter(self) -> str:
        crop = f"crop={self.box.width}:{self.box.height}:{self.box.x}:{self.box.y}," if self.box else ""
        return f"fps={self.fps:g},{crop}scale={self.width}:{self.height}:flags=area,format=gray"


async def find_regions(media: MediaFile, film: Film, *, on_progress: Progress) -> list[Box]:
    """Where in the picture subtitles stand, the strongest place first; in the film's own pixels."""
    width = min(_SEARCH_WIDTH, film.width)
    height = max(2, round(film.height * width / film.width))
    view = _View(box=None, width=width, height=height, fps=_SEARCH_FPS)
    finder = RegionFinder()
    async for pictures in _pictures(media, film, view, on_progress):
        await asyncio.to_thread(finder.feed, pictures)
    found = [box.scaled(film.width / width) for box in await asyncio.to_thread(finder.regions)]
    return [_with_room(box, film) for box in found]


async def follow(media: MediaFile, film: Film, region: Box, *, on_progress: Progress) -> list[Caption]:
    """Every text that stands in a region, to the picture exact; boxes are in the film's own pixels."""
    scale = min(1.0, _FOLLOW_WIDTH / region.width)
    width, height = max(4, round(region.width * scale)), max(4, round(region.height * scale))
    fps = min(film.fps, _MOST_FPS)
    view = _View(box=region, width=width, height=height, fps=fps)
    follower = CaptionFollower(fps)
    async for pictures in _pictures(media, film, view, on_progress):
        await asyncio.to_thread(follower.feed, pictures)
    captions = await asyncio.to_thread(follower.finish)
    pad = max(3, round(film.height / 90))  # a rim and its shadow
    return [
        Caption(
            start=caption.start,
            end=min(caption.end, film.duration_ms),
            box=caption.box.scaled(region.width / width)
            .moved(region.x, region.y)
            .grown(pad, film.width, film.height),
        )
        for caption in captions
    ]


async def still(media: MediaFile, box: Box, at_ms: int, *, zoom: int) -> bytes:
    """A part of the picture at a time, as PNG."""
    view = f"crop={box.width}:{box.height}:{box.x}:{box.y},scale=iw*{zoom}:ih*{zoom}:flags=lanczos"
    seek = ["-ss", f"{at_ms / 1000:.3f}", *media.as_input()]
    output = ["-map", "0:v:0", "-frames:v", "1", "-vf", view, "-f", "image2pipe", "-c:v", "png", "pipe:1"]
    return await read_ffmpeg([*seek, *output], stdout_limit=_WINDOW_BYTES)


def _with_room(box: Box, film: Film) -> Box:
    pad = max(4, round(box.height * _PAD))
    grown = box.grown(pad, film.width, film.height)
    side = max(8, film.width // 50)
    left = max(0, grown.x - side)
    right = min(film.width, grown.x + grown.width + side)
    return Box(x=left, y=grown.y, width=right - left, height=grown.height)


async def _pictures(
    media: MediaFile, film: Film, view: _View, on_progress: Progress
) -> AsyncIterator[Pictures]:
    """The view of the whole film: all pictures of each window at once, so that memory stays bounded."""
    size = view.width * view.height
    seconds = max(_SHORTEST_WINDOW, _WINDOW_BYTES / size / view.fps)
    seconds = max(1, round(seconds * view.fps)) / view.fps
    total = film.duration_ms / 1000
    starts: Sequence[float] = np.arange(0, total, seconds).tolist()
    for start in starts:
        data = await read_ffmpeg(
            [
                *("-ss", f"{start:.3f}", "-t", f"{min(seconds, total - start):.3f}", *media.as_input()),
                *("-map", "0:v:0", "-vf", view.filter, "-f", "rawvideo", "pipe:1"),
            ],
            stdout_limit=4 * _WINDOW_BYTES,
        )
        pictures = np.frombuffer(data[: len(data) // size * size], np.uint8)
        yield pictures.reshape(-1, view.height, view.width)
        on_progress(min(start + seconds, total))
