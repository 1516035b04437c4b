"""Subtitles in another format than they came in.

What goes over: times, words, italics, bold, underlining, speakers, and whether a cue stands on top. The rest
has no place in other formats, and is named as lost.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import chain
from xml.sax.saxutils import escape

from tools.subtitles.cues import Cue
from tools.subtitles.file import Format
from tools.subtitles.markup import split_markup
from tools.subtitles.times import ass_clock, lrc_clock, srt_clock, vtt_clock

_ESCAPED: frozenset[Format] = frozenset(("vtt", "ttml"))
_HTML = re.compile(r"<(/?)([ibu])\b[^>]*>|\{(/?)([ibu])\}", re.IGNORECASE)
_ASS = re.compile(r"\\([ibu])(\d+)(?![\w])|\\an?(\d+)|\\(\w)")
_STYLED = re.compile(r"""tts:(?:fontStyle|fontWeight|textDecoration)\s*=\s*["'](italic|bold|underline)["']""")
_STYLES = {"italic": "i", "bold": "b", "underline": "u"}
_TTML = {"i": 'tts:fontStyle="italic"', "b": 'tts:fontWeight="bold"', "u": 'tts:textDecoration="underline"'}
_ASS_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720
WrapStyle: 0

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
MarginR, MarginV, Encoding
Style: Default,Arial,48,&H00FFFFFF,&H000000FF,&H00000000,&H64000000,0,0,0,0,100,100,0,0,1,2,1,2,40,40,36,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_TTML_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling">
<head><layout>
<region xml:id="bottom" tts:displayAlign="after" tts:textAlign="center"/>
<region xml:id="top" tts:displayAlign="before" tts:textAlign="center"/>
</layout></head>
<body><div>
"""


@dataclass(frozen=True, slots=True)
class _Mark:
    """The beginning or the end of italics (i), bold (b) or underlining (u)."""

    kind: str
    is_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A file in its new format."""

    text: str
    lost: dict[str, int]  #: What had no place in it, and how often.


def convert(cues: Sequence[Cue], source: Format, target: Format) -> Converted:
    """A file with these cues, each of them, in their order.

    Args:
        source: The format that the cues' texts are written in.
    """
    lost: Counter[str] = Counter()
    plain = [_neutral(cue, source, lost) for cue in cues]
    if target == "lrc":
        lost["ends of cues"] += len(cues)
        lost["marks"] += sum(
            isinstance(piece, _Mark) and not piece.is_end for _, parts in plain for piece in parts
        )
    if target in ("lrc", "srt", "ttml"):
        lost["speakers"] += sum(bool(cue.speaker) for cue in cues)
    if target == "lrc":
        lost["places"] += sum(cue.is_on_top for cue, _ in plain)
    return Converted(text=_WRITERS[target](plain), lost={name: n for name, n in lost.items() if n})


_Parts = Sequence[str | _Mark]
_Neutral = Sequence[tuple[Cue, _Parts]]


def _neutral(cue: Cue, format: Format, lost: Counter[str]) -> tuple[Cue, _Parts]:
    """The cue, and its words with marks between them."""
    parts: list[str | _Mark] = []
    spans: list[list[str]] = []  # TTML: the marks of each open span
    is_on_top = cue.is_on_top
    for piece in split_markup(cue.text, format):
        if not piece.is_tag:
            parts.append(unescape(piece.source) if format in _ESCAPED else piece.source)
        elif piece.source.startswith("{\\"):
            is_on_top |= _read_override(piece.source, parts, lost)
        elif format == "ttml":
            _read_span(piece.source, parts, spans)
        elif (found := _HTML.fullmatch(piece.source)) is not None:
            parts.append(_Mark((found[2] or found[4]).lower(), bool(found[1] or found[3])))
        elif piece.source == "\\h":
            parts.append("\u00a0")
        elif not piece.source.startswith(("</", "<v")):
            lost["tags"] += 1
    return replace(cue, is_on_top=is_on_top), parts


def _read_override(tag: str, parts: list[str | _Mark], lost: Counter[str]) -> bool:
    """Add the marks of an override block; returns whether it puts the cue on top."""
    is_on_top = False
    for kind, value, alignment, other in _ASS.findall(tag):
        if kind:
            parts.append(_Mark(kind, value == "0"))
        elif alignment:
            is_on_top = alignment in ("7", "8", "9") if "\\an" in tag else alignment in ("5", "6", "7")
        elif other:
            lost["tags"] += 1
    return is_on_top


def _read_span(tag: str, parts: list[str | _Mark], spans: list[list[str]]) -> None:
    if tag.startswith("</"):
        parts.extend(_Mark(kind, True) for kind in reversed(spans.pop() if spans else []))
    elif not tag.endswith("/>"):
        spans.append([_STYLES[name] for name in _STYLED.findall(tag)])
        parts.extend(_Mark(kind, False) for kind in spans[-1])


def _nested(parts: _Parts) -> Iterator[str | _Mark]:
    """The parts with every mark closed, inner ones first, and none closed that is not open."""
    opened: list[str] = []
    for part in parts:
        if isinstance(part, str):
            yield part
        elif not part.is_end and part.kind not in opened:
            opened.append(part.kind)
            yield part
        elif part.is_end and part.kind in opened:
            inner = opened[opened.index(part.kind) + 1 :]
            yield from (_Mark(kind, True) for kind in reversed([part.kind, *inner]))
            yield from (_Mark(kind, False) for kind in inner)
            opened = [kind for kind in opened if kind != part.kind]
    yield from (_Mark(kind, True) for kind in reversed(opened))


def _html(parts: _Parts, *, is_escaped: bool) -> str:
    written = (
        (escape(part) if is_escaped else part)
        if isinstance(part, str)
        else f"<{'/' * part.is_end}{part.kind}>"
        for part in _nested(parts)
    )
    return _without_blank_lines("".join(written))


def _without_blank_lines(text: str) -> str:
    return re.sub(r"\n\s*\n", "\n", text).strip("\n")


def _srt(cues: _Neutral) -> str:
    blocks: list[str] = []
    for number, (cue, parts) in enumerate(cues, 1):
        # An arrow would begin another cue, and nothing in this format can hide it.
        words = _html(parts, is_escaped=False).replace("-->", "\u2192")
        place = "{\\an8}" if cue.is_on_top else ""
        blocks.append(f"{number}\n{srt_clock(cue.start)} --> {srt_clock(cue.end)}\n{place}{words}\n")
    return "\n".join(blocks)


def _vtt(cues: _Neutral) -> str:
    blocks = ["WEBVTT\n"]
    for cue, parts in cues:
        voice = f"<v {escape(cue.speaker)}>" if cue.speaker else ""
        place = " line:0" if cue.is_on_top else ""
        start, end = vtt_clock(max(0, cue.start)), vtt_clock(max(0, cue.end))
        blocks.append(f"{cue.id}\n{start} --> {end}{place}\n{voice}{_html(parts, is_escaped=True)}\n")
    return "\n".join(blocks)


def _ass(cues: _Neutral) -> str:
    lines: list[str] = []
    for cue, parts in cues:
        words = "".join(
            part.replace("{", "(").replace("}", ")").replace("\n", "\\N")
            if isinstance(part, str)
            else f"{{\\{part.kind}{int(not part.is_end)}}}"
            for part in _nested(parts)
        )
        place = "{\\an8}" if cue.is_on_top else ""
        start, end = ass_clock(max(0, cue.start)), ass_clock(max(0, cue.end))
        speaker = cue.speaker.replace(",", " ")
        lines.append(f"Dialogue: 0,{start},{end},Default,{speaker},0,0,0,,{place}{words}\n")
    return "".join(chain([_ASS_HEAD], lines))


def _lrc(cues: _Neutral) -> str:
    return "".join(f"[{lrc_clock(cue.start)}]{_words(parts)}\n" for cue, parts in cues)


def _words(parts: _Parts) -> str:
    return " ".join("".join(part for part in parts if isinstance(part, str)).split())


def _ttml(cues: _Neutral) -> str:
    lines: list[str] = []
    for cue, parts in cues:
        words = "".join(
            escape(part).replace("\n", "<br/>")
            if isinstance(part, str)
            else "</span>"
            if part.is_end
            else f"<span {_TTML[part.kind]}>"
            for part in _nested(parts)
        )
        start, end = vtt_clock(max(0, cue.start)), vtt_clock(max(0, cue.end))
        region = "top" if cue.is_on_top else "bottom"
        lines.append(f'<p begin="{start}" end="{end}" region="{region}">{words}</p>\n')
    return "".join([_TTML_HEAD, *lines, "</div></body>\n</tt>\n"])


_WRITERS = {"srt": _srt, "vtt": _vtt, "ass": _ass, "lrc": _lrc, "ttml": _ttml}
