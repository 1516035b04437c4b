"""What a reader has of a cue's text: how long it is, in how many lines, how long it takes to read."""

from dataclasses import dataclass
from functools import lru_cache

from tools.subtitles.file import Format
from tools.subtitles.markup import visible
from tools.subtitles.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A text as a profile measures it."""

    is_blank: bool
    lines: int
    length: float  #: In the profile's characters.
    longest: float  #: Of its lines.
    reading_ms: int  #: The least time in which it can be read.


@lru_cache(maxsize=8192)  # each step that looks at a finished film asks for every cue
def see(text: str, profile: Profile, format: Format) -> Sight:
    """A text as its viewers see it, tags and entities read."""
    words = visible(text, format)
    lines = words.split("\n")
    return Sight(
        is_blank=not words.strip(),
        lines=len(lines),
        length=profile.length(words),
        longest=max(map(profile.length, lines)),
        reading_ms=profile.reading_ms(words),
    )
