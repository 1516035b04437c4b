"""From translated words to a finished subtitle file, and what is said about it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from typing import Any

from graphs.notes import Note
from graphs.translation_batches import BatchAnswer, Reason
from graphs.translation_result import Material, Translated, assemble
from tools.subtitles.breaking import break_lines
from tools.subtitles.conflicts import find_conflicts, mend_conflicts
from tools.subtitles.conformity import judge
from tools.subtitles.cues import Cue
from tools.subtitles.file import SubtitleFile
from tools.subtitles.fitting import fit, stacked, too_long
from tools.subtitles.profiles import Profile, ProfileTable, profile_of
from tools.subtitles.synchronising import Shift
from tools.subtitles.wording import segments_of, tag_check, word_writer, worded
from tools.translation.glossary import Glossary
from tools.translation.units import Unit, units_of

_MOST_SHOWN = 500  # breaches and conflicts; their numbers are whole


@dataclass(frozen=True, kw_only=True, eq=False)
class Film:
    """A subtitle file with its cues at the times that they are to have, and how it is to be finished."""

    file: SubtitleFile
    cues: Sequence[Cue]
    units: Sequence[Unit]
    material: Material
    settings: Mapping[str, Any]

    def profile(self, language: str) -> Profile:
        """What its subtitles in a language have to keep to."""
        return self._profiles(language)

    def units_by_id(self, ids: Iterable[str]) -> list[Unit]:
        """The units with these ids."""
        return [self._by_id[id] for id in ids]

    @cached_property
    def _by_id(self) -> dict[str, Unit]:
        return {unit.id: unit for unit in self.units}

    @cached_property
    def _profiles(self) -> Callable[[str], Profile]:
        own = self.settings.get("profiles")
        table = ProfileTable.model_validate(own) if own else None
        values, viewers = self.settings["profile"], self.settings["viewers"]

        def find(language: str) -> Profile:
            return profile_of(language, values, viewers=viewers, own=table)

        return cache(find)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A film's subtitles in one language."""

    cues: list[Cue]
    translated: Translated


def film_of(file: SubtitleFile, shift: Sequence[float], settings: Mapping[str, Any]) -> Film:
    """All that is made from a file again in every node.

    Args:
        shift: Rate and offset.
        settings: The options, all filled in.
    """
    segments = segments_of(file)
    units = units_of(segments)
    material = Material(
        segments=segments, units=units, check=tag_check(file.format), escape=word_writer(file.format)
    )
    cues = Shift(rate=shift[0], offset=shift[1]).apply(file.cues)
    return Film(file=file, cues=cues, units=units, material=material, settings=settings)


def finish(
    film: Film,
    target: str,
    answers: Sequence[BatchAnswer],
    *,
    edits: Mapping[str, str],
    glossary: Glossary,
    opinions: Mapping[str, Sequence[Reason]] | None = None,
) -> Finished:
    """The cues in one language, fitted to its profile; all untouched where none is translated."""
    translated = assemble(film.material, answers, target, edits=edits, glossary=glossary, opinions=opinions)
    profile, format = film.profile(target), film.file.format
    lines = {id: break_lines(text, profile, format) for id, text in translated.texts.items()}
    cues = worded(film.file, film.cues, lines)
    if lines and film.settings["timing"] == "fit":
        cues = fit(cues, profile, format, fps=film.settings["fps"])
    return Finished(cues=cues, translated=translated)


def fixed(film: Film) -> list[Cue]:
    """The cues with what stands in each other's way mended, and all pauses kept."""
    return mend_conflicts(film.cues, gap=film.profile("").gap_ms(film.settings["fps"]))


def lost_notes(lost: Mapping[str, int], film: Film) -> list[Note]:
    """What another format has no place for, for people."""
    if not lost:
        return []
    counts = ", ".join(f"{name} ({count})" for name, count in lost.items())
    message = f"{film.settings['format']} has no place for some of what {film.file.format} holds: {counts}"
    return [Note(code="lost_in_format", message=message)]


def in_both(film: Film, finished: Finished) -> list[Cue]:
    """The cues as they are written: in two languages where that is wanted."""
    bilingual = film.settings["bilingual"]
    if bilingual is None:
        return finished.cues
    sources = {cue.id: cue.text for cue in film.cues}
    ids = _translated_ids(film, finished.translated)
    return stacked(finished.cues, sources, ids, source_first=bilingual == "source_first")


def limits_of(film: Film, finished: Finished, target: str) -> dict[str, int]:
    """The most characters of each unit that has no room: those of its cue with the least."""
    unit_of = {member: unit.id for unit in film.units for member in unit.members}
    limits: dict[str, int] = {}
    for cue, limit in too_long(finished.cues, film.profile(target), film.file.format).items():
        segment = str(film.file.shared.get(cue, cue))
        if segment in finished.translated.texts and limit > 0:
            unit = unit_of[segment]
            limits[unit] = min(limit, limits.get(unit, limit))
    return limits


def report(film: Film, cues: Sequence[Cue], language: str) -> dict[str, Any]:
    """How cues keep to a language's profile, and which stand in each other's way."""
    conformity = judge(cues, film.profile(language), film.file.format, fps=film.settings["fps"])
    conflicts = find_conflicts(cues)
    moved = sum(
        (cue.start, cue.end) != (own.start, own.end) for cue, own in zip(cues, film.file.cues, strict=True)
    )
    return {
        "cues": len(cues),
        "retimed": moved,
        "conformity": {
            "share": conformity.share,
            "counts": conformity.counts(),
            "breaches": [asdict(breach) for breach in conformity.breaches[:_MOST_SHOWN]],
        },
        "conflicts": [asdict(conflict) for conflict in conflicts[:_MOST_SHOWN]],
        "conflict_count": len(conflicts),
    }


def _translated_ids(film: Film, translated: Translated) -> set[int]:
    shared = film.file.shared
    return {cue.id for cue in film.cues if str(shared.get(cue.id, cue.id)) in translated.texts}
