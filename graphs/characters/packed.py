"""The novel tools' values as plain lists, which is how the state keeps them.

``pack_*`` and ``unpack_*`` are inverse. A long novel has some ten thousand mentions: as numbers they
take a tenth of what they would take as objects, and every checkpointer can store them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from tools.novels.types import (
    Attribution,
    Cast,
    Chapter,
    Character,
    Evidence,
    Mention,
    Relation,
    Span,
    SpanKind,
)

Packed = list[Any]


def pack_chapters(chapters: Iterable[Chapter]) -> list[Packed]:
    """Title, start and end of each."""
    return [[chapter.title, chapter.start, chapter.end] for chapter in chapters]


def unpack_chapters(packed: Iterable[Packed]) -> list[Chapter]:
    """The chapters, numbered in order."""
    return [
        Chapter(index=index, title=title, start=start, end=end)
        for index, (title, start, end) in enumerate(packed)
    ]


def pack_spans(spans: Iterable[Span]) -> list[int]:
    """Four numbers for each quotation; narration is what lies between."""
    quotations = (span for span in spans if span.is_quotation)
    return list(chain.from_iterable((q.start, q.end, int(q.closed), int(q.continues)) for q in quotations))


def unpack_spans(packed: Sequence[int], length: int) -> list[Span]:
    """Narration and quotations that tile a text of this length."""
    return list(_tile(packed, length))


def pack_mentions(mentions: Iterable[Mention]) -> list[int]:
    """Start and end of each."""
    return list(chain.from_iterable((mention.start, mention.end) for mention in mentions))


def unpack_mentions(packed: Sequence[int], text: str) -> list[Mention]:
    """The mentions, their surfaces read from the text again."""
    return [
        Mention(start=start, end=end, surface=" ".join(text[start:end].split()))
        for start, end in zip(packed[::2], packed[1::2], strict=True)
    ]


def pack_cast(cast: Cast) -> dict[str, Any]:
    """Every character and the names that belong to none of them."""
    return {
        "characters": [_pack_character(character) for character in cast.characters],
        "ambiguous": list(cast.ambiguous),
        "contested": [list(pair) for pair in cast.contested],
    }


def unpack_cast(packed: dict[str, Any], text: str) -> Cast:
    """The cast, its mentions read from the text again."""
    return Cast(
        characters=tuple(_unpack_character(character, text) for character in packed["characters"]),
        ambiguous=tuple(packed["ambiguous"]),
        contested=tuple((one, other) for one, other in packed.get("contested", ())),
    )


def pack_attributions(attributions: Iterable[Attribution]) -> list[Packed]:
    """The fields of each, in order."""
    return [
        [a.quote, a.speaker_id, a.addressee_id, a.method, a.confidence, _pack_evidence(a.evidence)]
        for a in attributions
    ]


def unpack_attributions(packed: Iterable[Packed]) -> list[Attribution]:
    """The attributions, in order."""
    return [
        Attribution(
            quote=quote,
            speaker_id=speaker,
            addressee_id=addressee,
            method=method,
            confidence=confidence,
            evidence=Evidence(start=evidence[0], end=evidence[1], reason=evidence[2]) if evidence else None,
        )
        for quote, speaker, addressee, method, confidence, evidence in packed
    ]


def pack_relations(relations: Iterable[Relation]) -> list[Packed]:
    """The fields of each, in order."""
    return [
        [r.source_id, r.target_id, r.type, r.weight, [_pack_evidence(place) for place in r.evidence]]
        for r in relations
    ]


def unpack_relations(packed: Iterable[Packed]) -> list[Relation]:
    """The relations, in order."""
    return [
        Relation(
            source_id=source, target_id=target, type=kind, weight=weight, evidence=_unpack_evidence(places)
        )
        for source, target, kind, weight, places in packed
    ]


def _tile(packed: Sequence[int], length: int) -> Iterator[Span]:
    done = 0
    for at in range(0, len(packed), 4):
        start, end, closed, continues = packed[at : at + 4]
        if start > done:
            yield Span(kind=SpanKind.NARRATION, start=done, end=start)
        yield Span(
            kind=SpanKind.QUOTATION, start=start, end=end, closed=bool(closed), continues=bool(continues)
        )
        done = end
    if done < length:
        yield Span(kind=SpanKind.NARRATION, start=done, end=length)


def _pack_character(character: Character) -> Packed:
    return [
        character.id,
        character.canonical_name,
        list(character.aliases),
        character.gender,
        character.is_narrator,
        pack_mentions(character.mentions),
        [_pack_evidence(place) for place in character.evidence],
        character.age,
        list(character.traits),
    ]


def _unpack_character(packed: Packed, text: str) -> Character:
    identifier, name, aliases, gender, is_narrator, mentions, evidence, age, traits = packed
    return Character(
        id=identifier,
        canonical_name=name,
        aliases=tuple(aliases),
        gender=gender,
        is_narrator=is_narrator,
        mentions=tuple(unpack_mentions(mentions, text)),
        evidence=_unpack_evidence(evidence),
        age=age,
        traits=tuple(traits),
    )


def _pack_evidence(evidence: Evidence | None) -> Packed | None:
    return [evidence.start, evidence.end, evidence.reason] if evidence else None


def _unpack_evidence(packed: Iterable[Packed]) -> tuple[Evidence, ...]:
    return tuple(Evidence(start=start, end=end, reason=reason) for start, end, reason in packed)
