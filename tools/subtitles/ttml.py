"""TTML and its kin (DFXP, IMSC): https://www.w3.org/TR/ttml2/

The document is walked by expat for the places of things, and changed where they stand, so that everything
else keeps its bytes. Documents with a DTD are refused: they have no use here but harm.
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from tools.errors import InvalidInput
from tools.subtitles.cues import Cue, Problem
from tools.subtitles.file import Dialect, Slot, SubtitleFile
from tools.subtitles.times import vtt_clock

_PARAMETER = "http://www.w3.org/ns/ttml#parameter"
_ATTRIBUTE = r"""\b{name}\s*=\s*(?:"([^"]*)"|'([^']*)')"""
_BREAK = re.compile(r"<(?:[\w-]+:)?br\b[^>]*?/>|<((?:[\w-]+:)?br)\b[^>]*>\s*</\1>")
_CLOCK = re.compile(r"(\d+):(\d{2}):(\d{2})(?:\.(\d+)|:(\d+)(?:\.\d+)?)?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|f|t)")


def _write_text(text: str) -> str:
    return text.replace("\n", "<br/>")


TTML = Dialect(format="ttml", write_time=lambda value: vtt_clock(max(0, value)), write_text=_write_text)


@dataclass(slots=True)
class _Paragraph:
    """Byte offsets of one <p>: of its start tag, of its content, and where that ends."""

    tag: int
    line: int
    content: int = 0
    end: int = 0


@dataclass(slots=True)
class _Walk:
    """What the parser met."""

    paragraphs: list[_Paragraph] = field(default_factory=list[_Paragraph])
    frame_rate: float = 30.0
    tick_rate: float = 1.0
    has_root: bool = False


def parse_ttml(text: str) -> SubtitleFile:
    """Read a TTML file.

    Raises:
        InvalidInput: It is no well-formed XML, has a DTD, or its root is no <tt>.
    """
    data = text.encode()
    walk = _walk(data)
    pieces: list[str | Slot] = []
    cues: list[Cue] = []
    problems: list[Problem] = []
    done = 0
    for paragraph in walk.paragraphs:
        tag = data[paragraph.tag : paragraph.content].decode()
        content = data[paragraph.content : paragraph.end].decode()
        times = _times(tag, walk)
        if times is None:
            problems.append(Problem(line=paragraph.line, message="this <p> has no times, so it is no cue"))
            continue
        id = len(cues) + 1
        cues.append(Cue(id=id, start=times[0], end=times[1], text=_plain_breaks(content)))
        pieces.append(data[done : paragraph.tag].decode())
        pieces += _tag_pieces(tag, id)
        pieces.append(Slot(id, "text", content))
        done = paragraph.end
    pieces.append(data[done:].decode())
    return SubtitleFile(dialect=TTML, cues=tuple(cues), pieces=tuple(pieces), problems=tuple(problems))


def _walk(data: bytes) -> _Walk:
    walk = _Walk()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    depth: list[int] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not depth:
            walk.has_root = local == "tt"
            multiplier = attributes.get(f"{_PARAMETER} frameRateMultiplier", "1 1").replace(":", " ").split()
            rate = float(attributes.get(f"{_PARAMETER} frameRate", "30"))
            walk.frame_rate = rate * float(multiplier[0]) / float(multiplier[-1])
            walk.tick_rate = float(attributes.get(f"{_PARAMETER} tickRate", "0")) or walk.frame_rate
        depth.append(len(walk.paragraphs) if local == "p" else -1)
        if local == "p":
            at = parser.CurrentByteIndex
            walk.paragraphs.append(
                _Paragraph(
                    at, parser.CurrentLineNumber, content=_after_tag(data, at), end=_after_tag(data, at)
                )
            )

    def end(_: str) -> None:
        if (paragraph := depth.pop()) >= 0:
            walk.paragraphs[paragraph].end = max(walk.paragraphs[paragraph].content, parser.CurrentByteIndex)

    def doctype(*_: object) -> None:
        raise InvalidInput("the file has a DTD", hint="Remove the <!DOCTYPE ...>.", code="ttml_dtd")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InvalidInput(
            f"the file is no well-formed XML: {error}", hint="Repair the file.", code="not_ttml"
        ) from error
    if not walk.has_root:
        raise InvalidInput("the root of the file is no <tt>", hint="Is it a TTML file?", code="not_ttml")
    walk.paragraphs = [p for p in walk.paragraphs if not data[p.tag : p.content].endswith(b"/>")]
    return walk


def _after_tag(data: bytes, at: int) -> int:
    """After the ``>`` of the tag that begins here; in quotation marks it is none."""
    found = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""").match(data, at)
    assert found is not None  # noqa: S101 - the parser has read the tag
    return found.end()


def _times(tag: str, walk: _Walk) -> tuple[int, int] | None:
    values = {name: _value(tag, name) for name in ("begin", "end", "dur")}
    begin = _milliseconds(values["begin"], walk)
    end = _milliseconds(values["end"], walk)
    duration = _milliseconds(values["dur"], walk)
    if begin is None or (end is None and duration is None):
        return None
    return begin, end if end is not None else begin + (duration or 0)


def _value(tag: str, name: str) -> str | None:
    found = re.search(_ATTRIBUTE.format(name=name), tag)
    return None if found is None else found[1] if found[1] is not None else found[2]


def _milliseconds(value: str | None, walk: _Walk) -> int | None:
    if value is None:
        return None
    if (clock := _CLOCK.fullmatch(value.strip())) is not None:
        hours, minutes, seconds, fraction, frames = clock.groups()
        whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
        part = float(f"0.{fraction}") if fraction else int(frames or 0) / walk.frame_rate
        return round((whole + part) * 1000)
    if (offset := _OFFSET.fullmatch(value.strip())) is None:
        return None
    seconds = {
        "h": 3600.0,
        "m": 60.0,
        "s": 1.0,
        "ms": 0.001,
        "f": 1 / walk.frame_rate,
        "t": 1 / walk.tick_rate,
    }
    return round(float(offset[1]) * seconds[offset[2]] * 1000)


def _tag_pieces(tag: str, id: int) -> list[str | Slot]:
    places = sorted(
        (found.start(1) if found[1] is not None else found.start(2), found[1] or found[2] or "", part)
        for name, part in (("begin", "start"), ("end", "end"), ("dur", "duration"))
        if (found := re.search(_ATTRIBUTE.format(name=name), tag)) is not None
    )
    pieces: list[str | Slot] = []
    done = 0
    for at, source, part in places:
        pieces += [tag[done:at], Slot(id, part, source)]  # pyright: ignore[reportArgumentType] - the parts named above
        done = at + len(source)
    return [*pieces, tag[done:]]


def _plain_breaks(content: str) -> str:
    """The content with <br/> as line ends; those of the markup itself are white space."""
    return "\n".join(
        " ".join(line.split()) for line in _BREAK.sub("\n", content.replace("\n", " ")).split("\n")
    )
