"""When each line is heard. Counted in samples, so that nothing adds up to an error over twenty hours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

RATE = 24_000  # samples a second of everything that is put together: what models of speech give

# Characters a second, for estimates. Of models: txt2voice's figures, which agree with 160 words a minute,
# as audiobooks are read. Of espeak-ng at its usual speed, measured with 1.51 in the voices of a cast: the
# middle of 17.9 to 19.3 (150 lines each of three English novels and a story of ours), and of 2.9 to 3.3 (of
# two stretches of WP2021 and a scene of ours); at its speeds from 0.5 to 2.5 it is as many times slower or
# faster.
_READ_ALOUD = {"en": 14.5, "zh": 4.2}
_MEASURED = {"espeak": {"en": 18.4, "zh": 3.1}}


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


def expected_seconds(characters: float, pauses_ms: int, *, language: str, engine: str) -> float:
    """About how long a text will take to be read aloud.

    Args:
        characters: Those of each line, by the speed at which it is spoken.
        pauses_ms: Of all lines.
        language: "en" or "zh".
        engine: Who speaks; one that was not measured speaks as audiobooks are read.
    """
    return characters / _MEASURED.get(engine, _READ_ALOUD)[language] + pauses_ms / 1000
