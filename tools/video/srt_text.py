"""Cues as the text of an SRT file."""

from collections.abc import Iterable

from tools.subtitles.cues import Cue
from tools.subtitles.wording import word_writer


def srt_text(cues: Iterable[Cue]) -> str:
    """The file; its numbers are the cues' ids, and no cue without words is left out."""
    write = word_writer("srt")
    return "\n".join(
        f"{cue.id}\n{_time(cue.start)} --> {_time(cue.end)}\n{write(cue.text)}\n" for cue in cues
    )


def _time(ms: int) -> str:
    ms = max(0, ms)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"
