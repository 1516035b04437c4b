"""LRC lyrics: ``[mm:ss.xx]words``, several stamps before words that come again, tags such as ``[ar:...]``.

A line has no end of its own: it stands until the next one begins, the last one for _LAST.
"""

import re
from itertools import pairwise

from tools.subtitles.cues import Cue, Problem
from tools.subtitles.file import Dialect, Slot, SubtitleFile, newline_of
from tools.subtitles.times import lrc_clock, parse_clock
from tools.text.lines import split_lines

_LAST = 5000  # milliseconds
_STAMP = re.compile(r"\[(\d+:\d{1,2}(?:[.:]\d{1,3})?)\]")
_TAG = re.compile(r"\s*\[[A-Za-z#][^\]]*\]\s*")


def _write_text(text: str) -> str:
    return " ".join(text.split("\n"))  # a line is all that there is


LRC = Dialect(format="lrc", write_time=lrc_clock, write_text=_write_text)


def parse_lrc(text: str) -> SubtitleFile:
    """Read an LRC file. Words with several stamps are as many cues, and are written where they stand."""
    pieces: list[str | Slot] = []
    found: list[tuple[int, str]] = []
    shared: dict[int, int] = {}
    problems: list[Problem] = []
    for number, line in enumerate(split_lines(text), 1):
        stamps = _stamps(line.text)
        if not stamps:
            if not line.is_blank and not _TAG.fullmatch(line.text):
                problems.append(Problem(line=number, message="this line has no time, so it is no cue"))
            pieces.append(line.whole)
            continue
        words = line.text[sum(len(stamp) + 2 for stamp in stamps) :]
        first = len(found) + 1
        for id, stamp in enumerate(stamps, first):
            found.append((_milliseconds(stamp), words))
            pieces += ["[", Slot(id, "start", stamp), "]"]
            if id != first:
                shared[id] = first
        pieces += [Slot(first, "text", words), line.end]
    return SubtitleFile(
        dialect=LRC,
        cues=_with_ends(found),
        shared=shared,
        pieces=tuple(pieces),
        newline=newline_of(text),
        problems=tuple(problems),
    )


def _stamps(line: str) -> list[str]:
    stamps: list[str] = []
    at = 0
    while (stamp := _STAMP.match(line, at)) is not None:
        stamps.append(stamp[1])
        at = stamp.end()
    return stamps


def _milliseconds(stamp: str) -> int:
    minutes, _, rest = stamp.partition(":")
    return parse_clock(f"{int(minutes) // 60}:{int(minutes) % 60:02d}:{rest.replace(':', '.')}") or 0


def _with_ends(found: list[tuple[int, str]]) -> tuple[Cue, ...]:
    starts = sorted({start for start, _ in found})
    following = dict(pairwise(starts)) | {start: start + _LAST for start in starts[-1:]}
    return tuple(
        Cue(id=at, start=start, end=following[start], text=words)
        for at, (start, words) in enumerate(found, 1)
    )
