"""Cues as the text of an SRT file."""

from collections.abc import Iterable

from tools.subtitles.cues import Cue
from tools.subtitles.times import srt_clock
from tools.subtitles.wording import word_writer


def srt_text(cues: Iterable[Cue]) -> str:
    """The file; its numbers are the cues' ids, and no cue without words is left out."""
    write = word_writer("srt")
    return "\n".join(
        f"{cue.id}\n{srt_clock(cue.start)} --> {srt_clock(cue.end)}\n{write(cue.text)}\n" for cue in cues
    )
