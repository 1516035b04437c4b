"""When each line is heard. Counted in samples, so that nothing adds up to an error over twenty hours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

RATE = 24_000  # samples a second of everything that is put together: what models of speech give

# For estimates: txt2voice's figures, which agree with 160 words a minute, as audiobooks are read.
_CHARACTERS_PER_SECOND = {"en": 14.5, "zh": 4.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A line that was spoken."""

    id: str
    chapter: int
    samples: int
    pause_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A line in the book's time. Offsets are samples from the book's beginning."""

    id: str
    chapter: int
    start: int
    end: int  #: Of its words; its pause follows.
    pause: int

    @property
    def start_ms(self) -> int:
        """When its words begin."""
        return milliseconds(self.start)

    @property
    def end_ms(self) -> int:
        """When its words end."""
        return milliseconds(self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterTime:
    """A chapter in the book's time, pauses included. Offsets are samples."""

    chapter: int
    start: int
    end: int


def lay_out(lines: Sequence[Spoken]) -> list[Timed]:
    """The lines one after the other, each followed by its pause."""
    found: list[Timed] = []
    at = 0
    for line in lines:
        end = at + line.samples
        pause = samples(line.pause_ms)
        found.append(Timed(id=line.id, chapter=line.chapter, start=at, end=end, pause=pause))
        at = end + pause
    return found


def chapters_of(lines: Sequence[Timed]) -> Iterator[ChapterTime]:
    """The chapters that have lines, in order; they tile the book's time."""
    first = 0
    for at, line in enumerate(lines):
        if at + 1 == len(lines) or lines[at + 1].chapter != line.chapter:
            yield ChapterTime(chapter=line.chapter, start=lines[first].start, end=line.end + line.pause)
            first = at + 1


def samples(ms: int) -> int:
    """How many samples a time has."""
    return ms * RATE // 1000


def milliseconds(count: int) -> int:
    """How long so many samples last."""
    return round(count * 1000 / RATE)


def expected_seconds(characters: int, pauses_ms: int, language: str) -> float:
    """About how long a text will take to be read aloud."""
    return characters / _CHARACTERS_PER_SECOND[language] + pauses_ms / 1000
