"""What a person had better look at: people who may be one, and quotations whose speaker is not sure."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from graphs.characters.doubts import Pair
from graphs.characters.shapes import Shape

_SPEAKERS = Shape()
_NEAR = 6  # quotations on either side whose speakers may be this one's
_MOST_CANDIDATES = 6
_MOST_PAIRS = 200

Item = dict[str, Any]


def unsure_aliases(pairs: Iterable[Pair], listed: Collection[str]) -> list[Item]:
    """Pairs of listed people who may be one, the most mentioned first."""
    shown = [pair for pair in pairs if pair[0].id in listed and pair[1].id in listed]
    shown.sort(key=lambda pair: min(len(person.mentions) for person in pair), reverse=True)
    return [
        {"kind": "alias", "ids": [person.id for person in pair], "names": [p.canonical_name for p in pair]}
        for pair in shown[:_MOST_PAIRS]
    ]


def unsure_speakers(quotes: Sequence[Item], sure_from: float) -> list[Item]:
    """Quotations of the result with less confidence than that, or without a speaker."""
    return [
        unsure_speaker(quote, _candidates(quotes, place))
        for place, quote in enumerate(quotes)
        if quote["speaker"] is None or quote["confidence"] < sure_from
    ]


def unsure_speaker(quote: Item, candidates: list[str]) -> Item:
    """One quotation as an item of the list."""
    item = {
        "kind": "speaker",
        "quote": quote["id"],
        "start": quote["start"],
        "end": quote["end"],
        "speaker_id": quote["speaker_id"],
        "confidence": quote["confidence"],
        "candidates": candidates,
    }
    return _SPEAKERS.row(item)


def _candidates(quotes: Sequence[Item], place: int) -> list[str]:
    """Who speaks or is spoken to nearby, the nearest first; who is taken to speak now before all."""
    around = range(max(0, place - _NEAR), min(len(quotes), place + _NEAR + 1))
    near = sorted(around, key=lambda other: abs(other - place))
    people = [quotes[n][field] for n in near for field in ("speaker_id", "addressee_id")]
    return list(dict.fromkeys(person for person in people if person))[:_MOST_CANDIDATES]
