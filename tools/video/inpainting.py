"""Painting over letters with what surrounds them, letter by letter instead of by rectangles.

What paints is an Inpainter. The one here spreads the surroundings inward ("pull-push", Gortler et al., The
Lumigraph, SIGGRAPH 1996, section 3.4): no model, no invention, good on skies and walls. A backend with a
diffusion model has the same interface.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tools.media.ffmpeg import MediaFile, Progress, program, read_ffmpeg
from tools.media.probing import Film
from tools.processes import run_process
from tools.video.captions import Masks, strokes
from tools.video.erasing import Erasure

Colours = NDArray[np.uint8]
"""Pictures in colour: time, row, column, red-green-blue."""

Floats = NDArray[np.floating]

_WINDOW_BYTES = 32 * 1024 * 1024
_RIM = 3  # pixels around a stroke: its rim, its shadow, and what the encoder smeared
_FAINT, _FAINT_CONTRAST = 70, 25  # here are letters: what is faint belongs to them, too
_SMOOTHING = 12  # passes
_ENCODING_SECONDS = 600.0  # that one window may take


class Inpainter(Protocol):
    """Fills holes in pictures."""

    def fill(self, pictures: Colours, holes: Masks) -> Colours:
        """The pictures with their holes filled; runs in a thread.

        Args:
            pictures: Some in a row, cut to one region.
            holes: Where they are to be filled.
        """
        ...


class PullPush:
    """Spreads the surroundings inward."""

    def fill(self, pictures: Colours, holes: Masks) -> Colours:
        """As Inpainter has it."""
        known = (~holes).astype(np.float32)[..., None]
        filled = _pull_push(pictures.astype(np.float32), known)
        hole = holes[..., None]
        for _ in range(_SMOOTHING):
            filled = np.where(hole, _blurred(filled), filled)
        return np.clip(np.rint(filled), 0, 255).astype(np.uint8)


def _pull_push(colours: Floats, known: Floats) -> Floats:
    height, width = colours.shape[1:3]
    if known.all() or (height <= 1 and width <= 1):
        return colours
    pad = ((0, 0), (0, height % 2), (0, width % 2), (0, 0))
    weighted, weight = np.pad(colours * known, pad), np.pad(known, pad)
    sums, weights = _halved(weighted), _halved(weight)
    coarse = _pull_push(sums / np.maximum(weights, 1e-6), np.minimum(weights, 1.0))
    fine = coarse.repeat(2, axis=1).repeat(2, axis=2)[:, :height, :width]
    return colours * known + fine * (1 - known)


def _halved(values: Floats) -> Floats:
    return values[:, ::2, ::2] + values[:, 1::2, ::2] + values[:, ::2, 1::2] + values[:, 1::2, 1::2]


def _blurred(values: Floats) -> Floats:
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    return (padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]) / 4


async def patch(
    media: MediaFile,
    film: Film,
    erasure: Erasure,
    folder: Path,
    *,
    name: str,
    inpainter: Inpainter,
    on_progress: Progress,
) -> Path:
    """A film of one rectangle, painted over at its times; it is laid over the picture.

    Args:
        folder: Where it is written.
        name: Of its files, without a suffix.
    """
    box = erasure.box
    seconds = max(1.0, _WINDOW_BYTES / (box.width * box.height * 3) / film.fps)
    seconds = round(seconds * film.fps) / film.fps
    total = film.duration_ms / 1000
    parts: list[str] = []
    for number, start in enumerate(np.arange(0, total, seconds).tolist()):
        length = min(seconds, total - start)
        pictures = await _read(media, film, erasure, start, length)
        if not len(pictures):
            continue
        painted = await asyncio.to_thread(_painted, pictures, erasure, start, film.fps, inpainter)
        part = f"{name}.{number}.mkv"
        await _write(painted, film.fps, folder / part)
        parts.append(part)
        on_progress(start + length)
    return await _concatenated(parts, folder, name)


async def _read(media: MediaFile, film: Film, erasure: Erasure, start: float, length: float) -> Colours:
    box = erasure.box
    view = f"fps={film.fps:g},crop={box.width}:{box.height}:{box.x}:{box.y},format=rgb24"
    seek = ["-ss", f"{start:.3f}", "-t", f"{length:.3f}", *media.as_input()]
    output = ["-map", "0:v:0", "-vf", view, "-f", "rawvideo", "pipe:1"]
    data = await read_ffmpeg([*seek, *output], stdout_limit=4 * _WINDOW_BYTES)
    size = box.width * box.height * 3
    pictures = np.frombuffer(data[: len(data) // size * size], np.uint8)
    return pictures.reshape(-1, box.height, box.width, 3)


def _painted(pictures: Colours, erasure: Erasure, start: float, fps: float, inpainter: Inpainter) -> Colours:
    at = np.arange(len(pictures)) * (1000 / fps) + start * 1000
    wanted = np.zeros(len(pictures), bool)
    for begins, ends in erasure.intervals:
        wanted |= (at >= begins) & (at <= ends)
    chosen = np.flatnonzero(wanted)
    if not chosen.size:
        return pictures
    painted = pictures.copy()
    grey = (pictures[chosen] @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    letters = strokes(grey, light=_FAINT, contrast=_FAINT_CONTRAST)
    painted[chosen] = inpainter.fill(pictures[chosen], _widened(letters))
    return painted


def _widened(masks: Masks) -> Masks:
    wide = masks.copy()
    for axis in (1, 2):
        source = wide.copy()
        for shift in range(1, _RIM + 1):
            near, far = [slice(None)] * 3, [slice(None)] * 3
            near[axis], far[axis] = slice(None, -shift), slice(shift, None)
            wide[tuple(near)] |= source[tuple(far)]
            wide[tuple(far)] |= source[tuple(near)]
    return wide


async def _write(pictures: Colours, fps: float, path: Path) -> None:
    height, width = pictures.shape[1:3]
    form = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps:g}"]
    command = [program(), "-hide_banner", "-loglevel", "error", "-y", *form, "-i", "pipe:0"]
    data = pictures.tobytes()
    await run_process([*command, "-c:v", "ffv1", path], input=data, timeout=_ENCODING_SECONDS)


async def _concatenated(parts: Sequence[str], folder: Path, name: str) -> Path:
    """One file of all parts; the list is ours, with names of our own."""
    listed = folder / f"{name}.txt"
    listed.write_text("".join(f"file {part}\n" for part in parts), encoding="ascii")
    whole = folder / f"{name}.mkv"
    command = [
        program(),
        "-hide_banner",
        "-nostdin",
        "-loglevel",
        "error",
        "-y",
        "-f",
        "concat",
        "-i",
        listed,
    ]
    await run_process([*command, "-c", "copy", whole], timeout=_ENCODING_SECONDS)
    return whole
