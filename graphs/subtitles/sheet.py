"""What an editor shows of a film: every cue with its words in both languages, its flags, and its limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from graphs.subtitles.result import Film, Finished
from graphs.translation_batches import BatchAnswer, translations_of
from graphs.translation_result import Flag
from tools.subtitles.cues import Cue
from tools.subtitles.markup import visible
from tools.translation.protection import protect

_LIMITS = {"cps", "cpl", "half_width", "max_lines", "min_ms", "max_ms"}


def sheet(
    film: Film,
    answers: Sequence[BatchAnswer],
    finished: Mapping[str, Finished],
    *,
    terms: Mapping[str, Sequence[Mapping[str, Any]]],
    found_terms: Mapping[str, Mapping[str, Sequence[int]]],
    edits: Mapping[str, Mapping[str, str]],
) -> bytes:
    """The sheet as JSON.

    ``cues`` have ``id``, ``segment``, ``start`` and ``end`` (milliseconds), ``source`` and ``words``: the
    source as an edit has to be written, marks in the place of tags. ``targets`` have by language the
    ``limits`` of its profile, and for each cue ``words``, ``text`` (as it is seen), its times, ``reasons``
    and ``terms``.
    """
    unit_of = {member: unit.id for unit in film.units for member in unit.members}
    targets: dict[str, Any] = {}
    for target, of_it in finished.items():
        words = translations_of(answers, target)
        rows = _Rows(
            words={s: words[unit] for s, unit in unit_of.items() if unit in words}
            | dict(edits.get(target, {})),
            terms={s: found_terms.get(target, {}).get(unit, ()) for s, unit in unit_of.items()},
            glossary=terms.get(target, ()),
            flags={flag["id"]: flag for flag in of_it.translated.flags},
        )
        targets[target] = {
            "limits": film.profile(target).model_dump(include=_LIMITS),
            "cues": [rows.row(film, cue) for cue in of_it.cues],
        }
    segments = {segment.id: segment for segment in film.material.segments}
    cues = [
        {
            "id": cue.id,
            "segment": _segment_of(film, cue),
            "start": cue.start,
            "end": cue.end,
            "source": visible(cue.text, film.file.format),
            "words": protect(segments[_segment_of(film, cue)]).words,
            "speaker": cue.speaker,
            "is_translated": _segment_of(film, cue) in unit_of,
        }
        for cue in film.cues
    ]
    return orjson.dumps({"format": film.file.format, "cues": cues, "targets": targets})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What is said of cues in one language, by segment."""

    words: Mapping[str, str]
    terms: Mapping[str, Sequence[int]]  #: Places in the glossary.
    glossary: Sequence[Mapping[str, Any]]
    flags: Mapping[str, Flag]

    def row(self, film: Film, cue: Cue) -> dict[str, Any]:
        segment = _segment_of(film, cue)
        flag = self.flags.get(segment)
        found = [self.glossary[place] for place in self.terms.get(segment, ())]
        return {
            "words": self.words.get(segment, ""),
            "text": visible(cue.text, film.file.format),
            "start": cue.start,
            "end": cue.end,
            "status": flag["status"] if flag else None,
            "reasons": flag["reasons"] if flag else [],
            "terms": [[term["source"], term["targets"]] for term in found],
        }


def _segment_of(film: Film, cue: Cue) -> str:
    return str(film.file.shared.get(cue.id, cue.id))
