"""From an uploaded file to its cues, whatever its format."""

import re
from codecs import BOM_UTF8
from dataclasses import replace
from pathlib import PurePath

from tools.errors import InputTooLarge, InvalidInput
from tools.subtitles.ass import parse_ass
from tools.subtitles.cues import Problem
from tools.subtitles.file import Format, SubtitleFile
from tools.subtitles.lrc import parse_lrc
from tools.subtitles.srt import TIMING, parse_srt
from tools.subtitles.ttml import parse_ttml
from tools.subtitles.webvtt import parse_vtt
from tools.text.decode import decode
from tools.text.mixed import Mixed, decode_mixed

MAX_BYTES = 32 * 1024 * 1024
MAX_CUES = 100_000

SUFFIXES: dict[str, Format] = {
    ".srt": "srt",
    ".vtt": "vtt",
    ".ass": "ass",
    ".ssa": "ass",
    ".lrc": "lrc",
    ".ttml": "ttml",
    ".dfxp": "ttml",
}
_PARSERS = {"srt": parse_srt, "vtt": parse_vtt, "ass": parse_ass, "lrc": parse_lrc, "ttml": parse_ttml}
_STAMPED = re.compile(r"^\[\d+:\d{1,2}(?:[.:]\d{1,3})?\]", re.MULTILINE)
_ROOT = re.compile(r"\s*(?:<\?xml.*?\?>)?(?:\s|<!--.*?-->)*<(?:[\w-]+:)?tt\b", re.DOTALL)


def open_subtitles(
    data: bytes,
    name: str = "",
    *,
    encoding: str | None = None,
    max_bytes: int = MAX_BYTES,
    max_cues: int = MAX_CUES,
) -> SubtitleFile:
    """The cues of an SRT, WebVTT, ASS/SSA, LRC or TTML file.

    The content decides what it is; the suffix of ``name`` where that leaves it open.

    Args:
        encoding: The encoding that the caller names; else it is detected.

    Raises:
        InputTooLarge: "file_too_large" or "too_many_cues".
        InvalidInput: "not_subtitles", "no_cues", or what the decoder or the format's reader raises.
    """
    if len(data) > max_bytes:
        raise InputTooLarge(
            f"the file has {len(data)} bytes; at most {max_bytes} are read",
            hint="Split the film's subtitles.",
            code="file_too_large",
        )
    mixed = None if encoding else decode_mixed(data)
    text = mixed.text if mixed else decode(data, encoding=encoding).text
    file = _PARSERS[_format(text, name)](text)
    if mixed:
        file = replace(file, problems=(*_in_two_encodings(mixed), *file.problems))
    if data.startswith(BOM_UTF8):
        file = replace(file, pieces=("\ufeff", *file.pieces))
    if not file.cues:
        raise InvalidInput(
            "the file holds no cue that can be read",
            hint=file.problems[0].message if file.problems else "Upload a file with timed lines.",
            code="no_cues",
        )
    if len(file.cues) > max_cues:
        raise InputTooLarge(
            f"the file has {len(file.cues)} cues; at most {max_cues} are read",
            hint="Split the file.",
            code="too_many_cues",
        )
    return file


def _in_two_encodings(mixed: Mixed) -> list[Problem]:
    message = f"it was read as {mixed.encoding}, unlike other lines, which are UTF-8"
    return [Problem(line=number, message=message) for number in mixed.lines]


def _format(text: str, name: str) -> Format:
    if text.startswith("WEBVTT"):
        return "vtt"
    if _ROOT.match(text):
        return "ttml"
    if re.search(r"^\s*\[events\]", text, re.IGNORECASE | re.MULTILINE):
        return "ass"
    if any(TIMING.fullmatch(line) for line in text.splitlines()):
        return "srt"
    if _STAMPED.search(text):
        return "lrc"
    if (known := SUFFIXES.get(PurePath(name).suffix.lower())) is not None:
        return known
    raise InvalidInput(
        f"{name or 'the file'} holds no subtitles that this job reads",
        hint="Upload SRT, WebVTT, ASS, LRC or TTML.",
        code="not_subtitles",
    )
