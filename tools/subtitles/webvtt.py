"""WebVTT: https://www.w3.org/TR/webvtt1/ (section 4 for the syntax).

Blocks are separated by blank lines. A block with a timing line is a cue, what stands before that line is its
identifier; NOTE, STYLE and REGION blocks and the header are kept as they are.
"""

import re
from html import unescape

from tools.errors import InvalidInput
from tools.subtitles.cues import Cue, Problem
from tools.subtitles.file import Dialect, Slot, SubtitleFile, newline_of, unified
from tools.subtitles.times import parse_clock, vtt_clock
from tools.text.lines import Line, split_lines

_CLOCK = r"(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}"
_TIMING = re.compile(rf"(\s*)({_CLOCK})(\s*-->\s*)({_CLOCK})((?:\s[^\r\n]*)?)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_LINE = re.compile(r"\bline:(\d+(?:\.\d+)?)(%)?")
_NO_CUES = ("NOTE", "STYLE", "REGION")


def _write_text(text: str) -> str:
    # A blank line would end the cue, and an arrow would begin another.
    return re.sub(r"\n\s*\n", "\n", text).strip("\n").replace("-->", "--&gt;")


VTT = Dialect(format="vtt", write_time=lambda value: vtt_clock(max(0, value)), write_text=_write_text)


def parse_vtt(text: str) -> SubtitleFile:
    """Read a WebVTT file.

    Raises:
        InvalidInput: It does not begin with WEBVTT.
    """
    lines = split_lines(text)
    if not lines or not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0].text):
        raise InvalidInput(
            "the first line of a WebVTT file has to be WEBVTT",
            hint="Name the file .srt if it is one.",
            code="not_webvtt",
        )
    pieces: list[str | Slot] = []
    cues: list[Cue] = []
    problems: list[Problem] = []
    first = 0
    while first < len(lines):
        after = _end_of_block(lines, first)
        timing = None if _is_no_cue(lines, first) else _timing(lines, first, after)
        if timing is None:
            pieces.extend(line.whole for line in lines[first:after])
            problems += _problems(lines, first, after)
        else:
            pieces.extend(line.whole for line in lines[first:timing])
            cue, cue_pieces = _cue(len(cues) + 1, lines[timing], lines[timing + 1 : after])
            cues.append(cue)
            pieces.extend(cue_pieces)
        first = after
    return SubtitleFile(
        dialect=VTT,
        cues=tuple(cues),
        pieces=tuple(pieces),
        newline=newline_of(text),
        problems=tuple(problems),
    )


def _end_of_block(lines: list[Line], first: int) -> int:
    """After the block's lines: at a blank line, or at a timing line that no blank line announces."""
    if lines[first].is_blank:
        return first + 1
    after = first + 1
    seen_timing = bool(_TIMING.fullmatch(lines[first].text))
    while after < len(lines) and not lines[after].is_blank:
        if _TIMING.fullmatch(lines[after].text):
            if seen_timing:
                return after
            seen_timing = not _is_no_cue(lines, first)
        after += 1
    return after


def _is_no_cue(lines: list[Line], first: int) -> bool:
    words = lines[first].text.split(maxsplit=1)
    return first == 0 or (bool(words) and words[0] in _NO_CUES)


def _timing(lines: list[Line], first: int, after: int) -> int | None:
    return next((at for at in range(first, min(first + 2, after)) if _TIMING.fullmatch(lines[at].text)), None)


def _problems(lines: list[Line], first: int, after: int) -> list[Problem]:
    if _is_no_cue(lines, first) or all(line.is_blank for line in lines[first:after]):
        return []
    return [Problem(line=first + 1, message="this block has no timing that can be read, so it is no cue")]


def _is_on_top(settings: str) -> bool:
    """Whether ``line:`` names a line counted from the top, or a place in the upper half."""
    found = _LINE.search(settings)
    return found is not None and (float(found[1]) < 50 if found[2] else "." not in found[1])


def _cue(id: int, timing: Line, body: list[Line]) -> tuple[Cue, list[str | Slot]]:
    found = _TIMING.fullmatch(timing.text)
    assert found is not None  # noqa: S101 - the caller looked
    indent, start, arrow, end, settings = found.groups()
    source = "".join(line.whole for line in body[:-1]) + body[-1].text if body else ""
    voice = _VOICE.search(source)
    cue = Cue(
        id=id,
        start=parse_clock(start) or 0,
        end=parse_clock(end) or 0,
        text=unified(source),
        speaker=unescape(voice[1]).strip() if voice else "",
        is_on_top=_is_on_top(settings),
    )
    return cue, [
        indent,
        Slot(id, "start", start),
        arrow,
        Slot(id, "end", end),
        settings + timing.end,
        Slot(id, "text", source),
        body[-1].end if body else "",
    ]
