"""What an editor shows of a film: every cue with its words in both languages, its flags, and its limits."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from graphs.subtitles.result import Film, Finished
from graphs.translation_batches import BatchAnswer, reasons_of, translations_of
from tools.subtitles.markup import visible
from tools.translation.protection import protect
from tools.translation.segments import Segment

NAME = "cues"
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

    ``cues`` have ``id``, ``segment``, ``start`` and ``end`` (milliseconds), ``source`` and ``words``: the source
    as an edit has to be written, marks in the place of tags. ``targets`` have by language the ``limits`` of its
    profile, and by cue ``words``, ``start``, ``end``, ``text`` (as it is seen), ``reasons`` and ``terms``.
    """
    segments = {segment.id: segment for segment in film.material.segments}
    unit_of = {member: unit.id for unit in film.units for member in unit.members}
    segment_of = {cue.id: str(film.file.shared.get(cue.id, cue.id)) for cue in film.cues}
    cues = [
        {
            "id": cue.id,
            "segment": segment_of[cue.id],
            "start": cue.start,
            "end": cue.end,
            "source": visible(cue.text, film.file.format),
            "words": _words(segments.get(segment_of[cue.id])),
            "speaker": cue.speaker,
            "is_translated": segment_of[cue.id] in unit_of,
        }
        for cue in film.cues
    ]
    targets: dict[str, Any] = {}
    for target, of_it in finished.items():
        by_unit, reasons = translations_of(answers, target), reasons_of(answers, target)
        found = found_terms.get(target, {})
        own = edits.get(target, {})
        flags = {flag["id"]: flag for flag in of_it.translated.flags}
        rows = [
            {
                "words": own.get(segment, by_unit.get(unit_of.get(segment, ""), "")),
                "text": visible(cue.text, film.file.format),
                "start": cue.start,
                "end": cue.end,
                "status": flags[segment]["status"] if segment in flags else None,
                "reasons": flags[segment]["reasons"] if segment in flags else [],
                "is_asked": bool(reasons.get(unit_of.get(segment, ""))),
                "terms": [
                    [terms[target][place]["source"], terms[target][place]["targets"]]
                    for place in found.get(unit_of.get(segment, ""), ())
                ],
            }
            for cue in of_it.cues
            for segment in [segment_of[cue.id]]
        ]
        limits = film.profile(target).model_dump(include=_LIMITS)
        targets[target] = {"limits": limits, "cues": rows}
    return orjson.dumps({"format": film.file.format, "cues": cues, "targets": targets})


def _words(segment: Segment | None) -> str:
    return protect(segment).words if segment is not None else ""
