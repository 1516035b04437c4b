"""What is asked for once: segments that say the same, with the same note, are one unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.translation.protection import Protected, protect
from tools.translation.segments import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Words that are translated once."""

    segment: Segment  #: The first that says them; its id is the unit's.
    protected: Protected
    members: tuple[str, ...]  #: The ids of all segments that say them.

    @property
    def id(self) -> str:
        """The id of its first segment."""
        return self.segment.id


def units_of(segments: Iterable[Segment]) -> list[Unit]:
    """The units of a document, in the order of their first segments; segments without words are in none."""
    first: dict[tuple[str, str], tuple[Segment, Protected]] = {}
    members: dict[tuple[str, str], list[str]] = {}
    for segment in segments:
        protected = protect(segment)
        if protected.has_words:
            key = protected.words, segment.note
            first.setdefault(key, (segment, protected))
            members.setdefault(key, []).append(segment.id)
    return [
        Unit(segment=segment, protected=protected, members=tuple(members[key]))
        for key, (segment, protected) in first.items()
    ]


def spread(units: Iterable[Unit], by_unit: Mapping[str, str]) -> dict[str, str]:
    """From translations by unit to translations by segment."""
    return {member: by_unit[unit.id] for unit in units if unit.id in by_unit for member in unit.members}
