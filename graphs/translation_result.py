"""From answers by unit to what each segment becomes, and what is said about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from graphs.translation_batches import (
    BatchAnswer,
    CheckMarkup,
    Reason,
    reasons_of,
    recalled_of,
    translations_of,
)
from tools.translation.glossary import Glossary
from tools.translation.protection import Protected, protect
from tools.translation.segments import Segment
from tools.translation.units import Unit

OFFLINE = Reason(kind="offline", message="no model is configured, so the source stands here")
PSEUDO = Reason(kind="offline", message="no model is configured, so this only looks like a translation")


class Flag(TypedDict):
    """A segment that a person has to look at."""

    id: str
    status: str  #: "translated", "untranslated" (the source stands there) or "pseudo".
    reasons: list[Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A document's parts that results are made from."""

    segments: Sequence[Segment]
    units: Sequence[Unit]
    check: CheckMarkup
    escape: Callable[[str], str] = str  #: Writes translated words so that none of them is markup.


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A document in one language."""

    texts: Mapping[str, str]  #: By segment, everything in its place; those that stay as they are lack.
    flags: Sequence[Flag]
    term_hits: tuple[int, int]  #: Occurrences of terms that are translated as they should be, and all.
    with_words: int  #: Segments that there was something to translate in.
    sure: Mapping[str, str]  #: From words to their translation, of segments without a flag.
    recalled: int  #: Segments whose translation comes from a memory.

    def summary(self) -> dict[str, Any]:
        """The figures for people."""
        done, total = self.term_hits
        translated = len(self.texts) - sum(flag["status"] == "pseudo" for flag in self.flags)
        return {
            "segments": self.with_words,
            "translated": translated,
            "untranslated": self.with_words - translated,
            "recalled": self.recalled,
            "flags": list(self.flags),
            "terms": {"hits": done, "occurrences": total, "success": done / total if total else None},
        }


def assemble(
    material: Material,
    answers: Sequence[BatchAnswer],
    target: str,
    *,
    edits: Mapping[str, str],
    glossary: Glossary,
    opinions: Mapping[str, Sequence[Reason]] | None = None,
) -> Translated:
    """What every segment becomes in one language. One without a usable translation is flagged.

    Args:
        opinions: By unit, what a judge objects to.
        edits: By segment, what a person wrote; it is taken as it is and not flagged.
    """
    by_unit, reasons = translations_of(answers, target), reasons_of(answers, target)
    unit_of = {member: unit.id for unit in material.units for member in unit.members}
    texts: dict[str, str] = {}
    flags: list[Flag] = []
    pairs: list[tuple[str, str]] = []
    sure: dict[str, str] = {}
    known, recalled = recalled_of(answers, target), 0
    first = {unit.id: unit.protected for unit in material.units}
    for segment in material.segments:
        if segment.id not in unit_of:
            continue
        unit = unit_of[segment.id]
        is_first = segment.id == unit
        protected = first[unit] if is_first else protect(segment)
        words = edits.get(segment.id, by_unit.get(unit))
        why = [] if segment.id in edits else [*reasons.get(unit, ()), *(opinions or {}).get(unit, ())]
        is_judged = is_first and unit not in known and segment.id not in edits and PSEUDO not in why
        if words is not None and not is_judged and (wrong := _misfits(material, segment, protected, words)):
            words, why = None, wrong
        if words is not None:
            texts[segment.id] = protected.restore(material.escape(words))
            pairs.append((protected.words, words))
            recalled += unit in known and segment.id not in edits
            if not why:
                sure[protected.words] = words
        if why or words is None:
            status = "untranslated" if words is None else "pseudo" if PSEUDO in why else "translated"
            flags.append(Flag(id=segment.id, status=status, reasons=why))
    return Translated(
        texts=texts,
        flags=flags,
        term_hits=glossary.success(pairs),
        with_words=len(unit_of),
        sure=sure,
        recalled=recalled,
    )


def _misfits(material: Material, segment: Segment, protected: Protected, words: str) -> list[Reason]:
    """Why a translation of the same words does not fit here: what was taken out of them may differ."""
    wrong = material.check(segment.text, protected.restore(words))
    return [Reason(kind="markup", message=message) for message in wrong]
