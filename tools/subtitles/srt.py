"""SubRip. There is no standard: whatever players accept is read.

A cue is a timing line and what follows, up to the next one; a number before a timing line belongs to it. So
blank lines within a cue, missing numbers and missing blank lines between cues lose nothing.
"""

import re

from tools.subtitles.cues import Cue, Problem
from tools.subtitles.file import Dialect, Slot, SubtitleFile, newline_of, unified
from tools.subtitles.times import parse_clock, srt_clock
from tools.text.lines import Line, split_lines

_CLOCK = r"[-\u2212]?\d+:\d{1,2}:\d{1,2}(?:[,.]\d{1,3})?"
TIMING = re.compile(rf"(\s*)({_CLOCK})(\s*-+>\s*)({_CLOCK})([^\r\n]*)")
_CUT_TIMING = re.compile(r"\s*\d+:\d{1,2}:[\d,.]*\s*-*")


SRT = Dialect(format="srt", write_time=srt_clock, write_text=lambda text: text)


def parse_srt(text: str) -> SubtitleFile:
    """Read a SubRip file. What is no cue is kept and named in ``problems``."""
    lines = split_lines(text)
    whole = _before_a_cut(lines)
    rest, lines = lines[whole:], lines[:whole]
    timings = [at for at, line in enumerate(lines) if "-->" in line.text or TIMING.fullmatch(line.text)]
    heads = _heads(lines, timings)
    first = heads[0] if heads else len(lines)
    pieces: list[str | Slot] = [line.whole for line in lines[:first]]
    cues: list[Cue] = []
    problems = _before_the_first(lines[:first])
    for at, head, after in zip(timings, heads, [*heads[1:], len(lines)], strict=False):  # or there is none
        if timing := TIMING.fullmatch(lines[at].text):
            pieces.extend([line.whole for line in lines[head:at]])
            cue, cue_pieces = _cue(len(cues) + 1, timing, lines[at].end, lines[at + 1 : after])
            cues.append(cue)
            pieces.extend(cue_pieces)
        else:
            pieces.extend(line.whole for line in lines[head:after])
            problems.append(Problem(line=at + 1, message="the times cannot be read, so this is no cue"))
    if rest:
        pieces.extend(line.whole for line in rest)
        message = "the file ends within the times of a cue, so this is no cue"
        problems.append(Problem(line=len(lines) + 1, message=message))
    return SubtitleFile(
        dialect=SRT,
        cues=tuple(cues),
        pieces=tuple(pieces),
        newline=newline_of(text),
        problems=tuple(problems),
    )


def _before_a_cut(lines: list[Line]) -> int:
    """How many lines there are before a cue in whose times the file ends."""
    last = next((at for at in reversed(range(len(lines))) if not lines[at].is_blank), 0)
    if (
        not last
        or not _CUT_TIMING.fullmatch(lines[last].text)
        or not lines[last - 1].text.strip().isdecimal()
    ):
        return len(lines)
    return last - 1 if last < 2 or lines[last - 2].is_blank else len(lines)


def _heads(lines: list[Line], timings: list[int]) -> list[int]:
    """Where each cue begins: at its number if it has one, else at its timing."""
    heads: list[int] = []
    are_timings = set(timings)
    number = 0
    for at in timings:
        before = lines[at - 1].text.strip() if at else ""
        is_free = at < 2 or lines[at - 2].is_blank or at - 2 in are_timings
        own = int(before) if before.isdecimal() and len(before) < 10 else None
        has_number = own is not None and at - 1 not in are_timings and (is_free or own == number + 1)
        number = own if has_number and own is not None else number + 1
        heads.append(at - 1 if has_number else at)
    return heads


def _cue(id: int, timing: re.Match[str], line_end: str, body: list[Line]) -> tuple[Cue, list[str | Slot]]:
    indent, start, arrow, end, settings = timing.groups()
    filled = len(body)
    while filled and body[filled - 1].is_blank:
        filled -= 1
    source = "".join([line.whole for line in body[: filled - 1]]) + body[filled - 1].text if filled else ""
    rest = (body[filled - 1].end if filled else "") + "".join([line.whole for line in body[filled:]])
    cue = Cue(id=id, start=parse_clock(start) or 0, end=parse_clock(end) or 0, text=unified(source))
    around = ("", line_end if body else line_end * 2) if line_end else ("\n", "")
    pieces: list[str | Slot] = [
        indent,
        Slot(id, "start", start),
        arrow,
        Slot(id, "end", end),
        settings + line_end,
        Slot(id, "text", source, around=around),
        rest,
    ]
    return cue, pieces


def _before_the_first(lines: list[Line]) -> list[Problem]:
    return [
        Problem(line=number, message="this stands before the first cue and belongs to none")
        for number, line in enumerate(lines, 1)
        if not line.is_blank
    ]
