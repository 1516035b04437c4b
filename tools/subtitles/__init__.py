"""Subtitles: read, timed, broken into lines, judged and written, with everything that is not text kept."""

from tools.subtitles.cues import Cue, Problem
from tools.subtitles.file import Format, SubtitleFile
from tools.subtitles.opening import open_subtitles

__all__ = ["Cue", "Format", "Problem", "SubtitleFile", "open_subtitles"]
