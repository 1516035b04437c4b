"""What a person is shown of a translation that is not sure, and what comes back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from graphs.translation_batches import BatchAnswer, CheckMarkup, reasons_of, translations_of
from graphs.translation_verdicts import Opinion, Verdict
from tools.translation.protection import protect
from tools.translation.segments import Segment
from tools.translation.units import Unit

Edits = dict[str, dict[str, str]]
"""By target and segment: a translation of its words, marks included."""


def doubts(
    units: Sequence[Unit],
    answers: Sequence[BatchAnswer],
    targets: Iterable[str],
    verdicts: Sequence[Verdict] = (),
) -> list[dict[str, Any]]:
    """Every unit that has no translation, or one with faults: once, however many segments say it."""
    found: list[dict[str, Any]] = []
    for target in targets:
        translations, reasons = translations_of(answers, target), reasons_of(answers, target)
        opinion = Opinion(verdicts, target)
        reasons = {unit.id: [*reasons.get(unit.id, ()), *opinion.reasons.get(unit.id, ())] for unit in units}
        found += [
            {
                "target": target,
                "id": unit.id,
                "segments": list(unit.members),
                "source": unit.protected.words,
                "translation": translations.get(unit.id),
                "reasons": reasons[unit.id],
            }
            for unit in units
            if reasons.get(unit.id)
        ]
    return found


def read_edits(
    value: object, segments: Sequence[Segment], targets: Sequence[str], check: CheckMarkup
) -> tuple[Edits, list[str]]:
    """The edits that came back, and what is wrong with them; nothing is used where anything is wrong.

    Args:
        value: ``{"edits": {target: {segment id: text}}}``; anything, since it comes from outside.
    """
    given = cast("Mapping[str, object]", value).get("edits", {}) if isinstance(value, Mapping) else None
    if not isinstance(given, Mapping):
        return {}, ['answer with an object: {"edits": {target: {segment id: text}}}']
    by_id = {segment.id: segment for segment in segments}
    edits: Edits = {}
    problems: list[str] = []
    for target, texts in cast("Mapping[str, object]", given).items():
        if target not in targets or not isinstance(texts, Mapping):
            problems.append(f"{target!r} is no target of this run; those are {', '.join(targets)}")
            continue
        for id, text in cast("Mapping[str, object]", texts).items():
            wrong = _problems(by_id.get(id), text, check)
            problems += [f"{target}, segment {id}: {problem}" for problem in wrong]
            edits.setdefault(target, {})[id] = str(text)
    return ({}, problems) if problems else (edits, [])


def _problems(segment: Segment | None, text: object, check: CheckMarkup) -> list[str]:
    if segment is None:
        return ["there is no such segment"]
    protected = protect(segment)
    if not protected.has_words:
        return ["it has no words to translate"]
    if not isinstance(text, str) or not text.strip():
        return ["it is empty"]
    return protected.problems(text) or check(segment.text, protected.restore(text))
