"""How segments are put together for one question, and questions in a row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_SEGMENTS = 20  # of one question: more are answered less reliably
MOST_CHARACTERS = 2400  # of one question, unless a single segment is longer


@dataclass(frozen=True, slots=True)
class Batch:
    """Segments that are asked about together, by their places in the document, which follow each other."""

    places: tuple[int, ...]


def in_batches(
    lengths: Sequence[int],
    places: Iterable[int],
    *,
    most_segments: int = MOST_SEGMENTS,
    most_characters: int = MOST_CHARACTERS,
) -> list[Batch]:
    """Batches of the segments at these places, in order.

    Args:
        lengths: Of every segment of the document, in characters.
        places: Those to be translated, in order.
        most_segments: Of one batch.
        most_characters: Of one batch.
    """
    batches: list[Batch] = []
    current: list[int] = []
    characters = 0
    for place in places:
        if current and (len(current) == most_segments or characters + lengths[place] > most_characters):
            batches.append(Batch(tuple(current)))
            current, characters = [], 0
        current.append(place)
        characters += lengths[place]
    return [*batches, Batch(tuple(current))] if current else batches


def in_lanes(count: int, lanes: int) -> list[list[int]]:
    """Numbers of batches for lanes that are translated side by side, each a stretch of the document.

    Within a lane a batch follows the one before it, so that its context is translated already. The lanes'
    lengths differ by one at most, the longer ones first.
    """
    lanes = min(lanes, count)
    stretches: list[list[int]] = []
    first = 0
    for lane in range(lanes):
        size = count // lanes + (lane < count % lanes)
        stretches.append(list(range(first, first + size)))
        first += size
    return stretches
