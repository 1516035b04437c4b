"""Advanced SubStation Alpha, and SSA.

Only the lines ``Dialogue:`` of the section [Events] are cues; a drawing (``\\p1``) is a picture, no words,
and is kept. The section's Format line says which field is which; the text is the last and may hold commas.
"""

import re

from tools.errors import InvalidInput
from tools.subtitles.cues import Cue, Problem
from tools.subtitles.file import Dialect, Slot, SubtitleFile, newline_of
from tools.subtitles.times import ass_clock, parse_clock
from tools.text.lines import split_lines

_DRAWING = re.compile(r"\{[^}]*\\p[1-9][^}]*\}")
_LINE_BREAK = re.compile(r"\\[Nn]")
_USUAL = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]


def _write_text(text: str) -> str:
    return text.replace("\n", "\\N")


ASS = Dialect(format="ass", write_time=lambda value: ass_clock(max(0, value)), write_text=_write_text)


def parse_ass(text: str) -> SubtitleFile:
    """Read an ASS or SSA file.

    Raises:
        InvalidInput: It has no section [Events].
    """
    pieces: list[str | Slot] = []
    cues: list[Cue] = []
    problems: list[Problem] = []
    section, fields, has_events = "", _USUAL, False
    for number, line in enumerate(split_lines(text), 1):
        stripped = line.text.strip()
        key, _, value = line.text.partition(":")
        key = key.strip().lower()
        if stripped.startswith("[") and stripped.endswith("]"):
            section = stripped.lower()
            has_events |= section == "[events]"
        elif section == "[events]" and key == "format":
            fields = [name.strip().lower() for name in value.split(",")]
        elif section == "[events]" and key == "dialogue":
            found = _cue(len(cues) + 1, line.text, fields)
            if found is not None:
                cues.append(found[0])
                pieces += [*found[1], line.end]
                continue
            if not _DRAWING.search(line.text):
                problems.append(
                    Problem(line=number, message="this Dialogue line does not fit the Format line")
                )
        pieces.append(line.whole)
    if not has_events:
        raise InvalidInput("the file has no section [Events]", hint="Is it an ASS file?", code="not_ass")
    return SubtitleFile(
        dialect=ASS,
        cues=tuple(cues),
        pieces=tuple(pieces),
        newline=newline_of(text),
        problems=tuple(problems),
    )


def _cue(id: int, line: str, fields: list[str]) -> tuple[Cue, list[str | Slot]] | None:
    """The cue of a Dialogue line; None for a drawing, and for a line that has too few fields or no times."""
    head, _, rest = line.partition(":")
    values = rest.split(",", len(fields) - 1)
    if len(values) != len(fields) or not {"start", "end", "text"} <= set(fields) or fields[-1] != "text":
        return None
    named = dict(zip(fields, values, strict=True))
    start, end = parse_clock(named["start"]), parse_clock(named["end"])
    if start is None or end is None or _DRAWING.search(named["text"]):
        return None
    cue = Cue(
        id=id,
        start=start,
        end=end,
        text=_LINE_BREAK.sub("\n", named["text"]),
        style=named.get("style", "").strip(),
        speaker=(named.get("name") or named.get("actor") or "").strip(),
    )
    pieces: list[str | Slot] = [f"{head}:"]
    for at, (name, value) in enumerate(zip(fields, values, strict=True)):
        comma = "," if at else ""
        if name in ("start", "end"):
            blank = value[: len(value) - len(value.lstrip())]
            pieces += [comma + blank, Slot(id, "start" if name == "start" else "end", value.strip())]
        elif name == "text":
            pieces += [comma, Slot(id, "text", value)]
        else:
            pieces.append(comma + value)
    return cue, pieces
