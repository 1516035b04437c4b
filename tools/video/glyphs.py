"""Whether the fonts of this machine have every letter that is to be drawn."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from tools.errors import ErrorCategory, ServiceError
from tools.media.ffmpeg import run_ffmpeg
from tools.subtitles.cues import Cue
from tools.video.looks import Canvas, Look, ass_file

_MISSING = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")
_SHOWN = 20
_IN_ONE_CUE = 400  # letters


async def require_glyphs(texts: Iterable[str], look: Look, folder: Path) -> None:
    """Draw every letter once, where nobody sees it, and hear what libass has to say.

    Raises:
        ServiceError: "glyphs_missing": letters would be drawn as boxes.
    """
    letters = sorted({letter for text in texts for letter in text if not letter.isspace()})
    canvas = Canvas(width=64, height=64)
    groups = ["".join(letters[at : at + _IN_ONE_CUE]) for at in range(0, len(letters), _IN_ONE_CUE)]
    cues = [Cue(id=number, start=0, end=1000, text=group) for number, group in enumerate(groups, 1)]
    (folder / "letters.ass").write_text(ass_file(cues, look, canvas), encoding="utf-8")
    picture = ["-f", "lavfi", "-i", "color=s=64x64:r=10:d=0.2", "-vf", "ass=letters.ass"]
    said = await run_ffmpeg([*picture, "-frames:v", "1", "-f", "null", "-"], cwd=folder)
    missing = sorted({chr(int(code, 16)) for code in _MISSING.findall(said)})
    missing = [letter for letter in missing if unicodedata.category(letter)[0] != "C"]
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise ServiceError(
            f"no font on this machine has the letters {''.join(missing[:_SHOWN])!r}{more}",
            hint="Install one that has them (on Debian: apt-get install fonts-noto-cjk for Chinese, Japanese "
            "and Korean), or choose render=mux: then the player draws them.",
            code="glyphs_missing",
            category=ErrorCategory.NOT_FOUND,
        )
