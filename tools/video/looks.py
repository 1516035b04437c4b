"""How burned-in subtitles look: presets, and the ASS file that libass draws them from.

ASS fields are those of libass' own notes (https://github.com/libass/libass/wiki); colours are &HAABBGGRR.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tools.subtitles.cues import Cue
from tools.subtitles.markup import visible
from tools.video.captions import Box

Position = Literal["top", "middle", "bottom"]

_REFERENCE = 384  # pixels of the picture's shorter side that sizes are given for
_ALIGNMENT: Mapping[Position, int] = {"bottom": 2, "middle": 5, "top": 8}
_LETTER = 0.52  # width of a Latin letter by the size of its font, on average
_VERTICAL_MARGIN = 0.16  # of the height: telephones' players draw their own things below
_SECOND = 0.8  # size of the second language


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A style. Sizes are pixels where the picture's shorter side has 384."""

    font: str = "Sans"  #: fontconfig finds another one for letters that it lacks.
    font_size: float = 24
    color: str = "#FFFFFF"
    outline_color: str = "#000000"
    outline: float = 1.6
    shadow: float = 0
    margin_v: float = 22
    position: Position = "bottom"
    is_boxed: bool = False
    is_bold: bool = False


PRESETS: Mapping[str, Look] = {
    "default": Look(),
    "large_text": Look(font_size=32, outline=2.2, is_bold=True),
    "minimal": Look(font_size=18, outline=0.8),
    "boxed": Look(font_size=24, outline=4, outline_color="#000000", is_boxed=True),
}


def look_of(preset: str, changes: Mapping[str, Any]) -> Look:
    """A preset with some of its values changed; None changes nothing."""
    return replace(PRESETS[preset], **{name: value for name, value in changes.items() if value is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The picture that is drawn on, as it is shown."""

    width: int
    height: int
    avoid: Box | None = None  #: Where other subtitles stand, which are not to be covered.

    @property
    def scale(self) -> float:
        """Pixels for each pixel of a Look."""
        return min(self.width, self.height) / _REFERENCE


def letters_in_line(look: Look, canvas: Canvas, *, is_wide: bool) -> int:
    """How many letters a line holds before it wraps by itself."""
    room = canvas.width * 0.94
    size = look.font_size * canvas.scale
    return max(6, int(room / (size * (1.0 if is_wide else _LETTER))))


def ass_file(
    cues: Sequence[Cue], look: Look, canvas: Canvas, *, seconds: Mapping[int, str] | None = None
) -> str:
    """The file.

    Args:
        seconds: By cue: its words in a second language, which stand below in smaller letters.
    """
    side = canvas.width * 3 // 100
    style = ",".join(
        [
            f"Default,{look.font},{look.font_size * canvas.scale:.2f}",
            f"{_colour(look.color)},{_colour(look.outline_color)},{_colour('#000000', 0x60)}",
            f"{-1 if look.is_bold else 0},{3 if look.is_boxed else 1}",
            f"{look.outline * canvas.scale:.2f},{look.shadow * canvas.scale:.2f}",
            f"{_ALIGNMENT[look.position]},{side},{side},{_margin(look, canvas)}",
        ]
    )
    lines = [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {canvas.width}",
        f"PlayResY: {canvas.height}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        "",
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, "
        "Outline, Shadow, Alignment, MarginL, MarginR, MarginV",
        f"Style: {style}",
        "",
        "[Events]",
        "Format: Layer, Start, End, Style, Text",
        *(_event(cue, look, canvas, (seconds or {}).get(cue.id)) for cue in cues if cue.end > cue.start),
    ]
    return "\n".join(lines) + "\n"


def _event(cue: Cue, look: Look, canvas: Canvas, second: str | None) -> str:
    text = _escaped(visible(cue.text, "srt"))
    if second:
        size = look.font_size * canvas.scale * _SECOND
        text += f"\\N{{\\fs{size:.2f}}}{_escaped(visible(second, 'srt'))}"
    return f"Dialogue: 0,{_time(cue.start)},{_time(cue.end)},Default,{text}"


def _escaped(text: str) -> str:
    """Words that libass draws as they are: none of them is a command."""
    bare = text.replace("\\", "\\\u2060").replace("{", "\\{").replace("}", "\\}")
    return bare.replace("\r", "").replace("\n", "\\N")


def _margin(look: Look, canvas: Canvas) -> int:
    own = look.margin_v * canvas.scale
    if canvas.height > canvas.width and look.position == "bottom":
        own = max(own, canvas.height * _VERTICAL_MARGIN)
    if canvas.avoid is not None and _is_in_the_way(canvas.avoid, look.position, canvas):
        below, above = canvas.height - canvas.avoid.y, canvas.avoid.y + canvas.avoid.height
        own = max(own, (below if look.position == "bottom" else above) + 4 * canvas.scale)
    return round(own)


def _is_in_the_way(box: Box, position: Position, canvas: Canvas) -> bool:
    is_low = box.y + box.height / 2 > canvas.height / 2
    return position == ("bottom" if is_low else "top")


def _colour(value: str, transparency: int = 0) -> str:
    red, green, blue = value[1:3], value[3:5], value[5:7]
    return f"&H{transparency:02X}{blue}{green}{red}".upper()


def _time(ms: int) -> str:
    ms = max(0, ms)
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000 // 10:02d}"
