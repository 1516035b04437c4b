"""What became of a guideline's recommendations from one edition to the next."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from tools.medical.quotes import plain
from tools.medical.records import GuidelineRecords, Recommendation

_SAME = 0.6  # of their quotes' letters: two wordings of one recommendation
_FIELDS = (
    *("quote", "population", "intervention", "comparator", "outcome", "direction", "strength", "certainty"),
    *("doses", "setting", "contraindications", "red_flags"),
)


def compare_records(before: GuidelineRecords, after: GuidelineRecords) -> dict[str, list[dict[str, Any]]]:
    """``added``, ``removed`` and ``changed`` recommendations, the latter field by field.

    Those with the same words are the same; of the others, the most similar ones are taken for two wordings
    of one, as long as they share enough. Where they stand (page, section) does not count.
    """
    old, new = list(before.recommendations), list(after.recommendations)
    pairs = _same_words(old, new)
    pairs += _similar(old, new)
    changed = [
        {"before": one.id, "after": other.id, "quote": other.quote, "fields": fields}
        for one, other in pairs
        if (fields := _differences(one, other))
    ]
    return {
        "added": [one.model_dump() for one in new],
        "removed": [one.model_dump() for one in old],
        "changed": changed,
    }


Pairs = list[tuple[Recommendation, Recommendation]]


def _same_words(old: list[Recommendation], new: list[Recommendation]) -> Pairs:
    """Pairs with one quote; they are taken out of both lists."""
    by_quote = {plain(one.quote): one for one in old}
    pairs = [(by_quote[plain(other.quote)], other) for other in new if plain(other.quote) in by_quote]
    _take_out(old, new, pairs)
    return pairs


def _similar(old: list[Recommendation], new: list[Recommendation]) -> Pairs:
    """Pairs with similar quotes, the most similar first; they are taken out of both lists."""
    likenesses = sorted(
        ((_likeness(one, other), i, j) for i, one in enumerate(old) for j, other in enumerate(new)),
        reverse=True,
    )
    pairs: Pairs = []
    taken_old, taken_new = set[int](), set[int]()
    for likeness, i, j in likenesses:
        if likeness >= _SAME and i not in taken_old and j not in taken_new:
            pairs.append((old[i], new[j]))
            taken_old.add(i)
            taken_new.add(j)
    _take_out(old, new, pairs)
    return pairs


def _likeness(one: Recommendation, other: Recommendation) -> float:
    return SequenceMatcher(None, plain(one.quote), plain(other.quote), autojunk=False).ratio()


def _take_out(old: list[Recommendation], new: list[Recommendation], pairs: Pairs) -> None:
    for one, other in pairs:
        old[:] = [each for each in old if each is not one]
        new[:] = [each for each in new if each is not other]


def _differences(one: Recommendation, other: Recommendation) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in _FIELDS:
        before, after = _said(getattr(one, name)), _said(getattr(other, name))
        if before != after:
            found[name] = {"before": before, "after": after}
    return found


def _said(value: Any) -> Any:
    """A field as it reads: of passages their words."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Sequence):
        return [plain(getattr(part, "text", part)) for part in value]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return value
