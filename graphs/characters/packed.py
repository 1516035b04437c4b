"""The novel tools' values as text and plain lists, which is how the state keeps them.

``pack_*`` and ``unpack_*`` are inverse. A long novel has some ten thousand quotations and mentions: as
numbers they take a tenth of what they would take as objects, and every checkpointer can store them.
Quotations and attributions become objects one by one, when they are looked at.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from typing_extensions import TypedDict

from graphs.characters.columns import Rows, numbers_in, numbers_to_text
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

_QUOTATION, _CLOSED, _CONTINUES = 1, 2, 4  # flags of a span
_FIELDS = 8  # numbers of an attribution
_NOWHERE = Evidence(start=0, end=0, reason="")


def pack_items(items: Any) -> str:
    """Lists, mappings, words and numbers as JSON: a tenth of what they take as objects."""
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))


def unpack_items(packed: str) -> Any:
    """What pack_items wrote."""
    return json.loads(packed)


def pack_doubts(doubts: Mapping[int, Sequence[str]]) -> str:
    """By index of a span, the ids of those who were taken for its speaker."""
    return pack_items([[index, *people] for index, people in doubts.items()])


def unpack_doubts(packed: str) -> dict[int, list[str]]:
    """The ids, by index of the span."""
    return {index: people for index, *people in unpack_items(packed)} if packed else {}


def pack_chapters(chapters: Iterable[Chapter]) -> list[Packed]:
    """Title, start and end of each."""
    return [[chapter.title, chapter.start, chapter.end] for chapter in chapters]


def unpack_chapters(packed: Iterable[Packed]) -> list[Chapter]:
    """The chapters, numbered in order."""
    return [
        Chapter(index=index, title=title, start=start, end=end)
        for index, (title, start, end) in enumerate(packed)
    ]


def pack_spans(spans: Iterable[Span]) -> str:
    """Four numbers for each quotation; narration is what lies between."""
    quotations = (span for span in spans if span.is_quotation)
    return numbers_to_text(
        chain.from_iterable((q.start, q.end, int(q.closed), int(q.continues)) for q in quotations)
    )


def unpack_spans(packed: str, length: int) -> Rows[Span]:
    """Narration and quotations that tile a text of this length."""
    rows = array("I", chain.from_iterable(_tile(numbers_in(packed), length)))
    return Rows(rows, 3, _span)


def pack_mentions(mentions: Iterable[Mention]) -> str:
    """Start and end of each."""
    return numbers_to_text(chain.from_iterable((mention.start, mention.end) for mention in mentions))


def unpack_mentions(packed: str, text: str) -> list[Mention]:
    """The mentions, their surfaces read from the text again; those that are alike share one."""
    places = numbers_in(packed)
    surfaces: dict[str, str] = {}
    found: list[Mention] = []
    for start, end in zip(places[::2], places[1::2], strict=True):
        surface = " ".join(text[start:end].split())
        found.append(Mention(start=start, end=end, surface=surfaces.setdefault(surface, surface)))
    return found


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


class Table(TypedDict):
    """Rows of numbers; some of them stand for one of the values."""

    values: list[Any]
    rows: str  #: Of graphs.characters.columns.


def pack_attributions(attributions: Iterable[Attribution]) -> Table:
    """The fields of each, in order: eight numbers."""
    numbers: dict[Any, int] = {None: 0}
    rows = array("I")
    for a in attributions:
        place = a.evidence or _NOWHERE
        fields = (a.speaker_id, a.addressee_id, a.method, a.confidence)
        named = (numbers.setdefault(field, len(numbers)) for field in fields)
        reason = numbers.setdefault(place.reason, len(numbers)) if a.evidence else 0
        rows.extend((a.quote, *named, place.start, place.end, reason))
    return Table(values=list(numbers), rows=numbers_to_text(rows))


def unpack_attributions(packed: Table) -> Rows[Attribution]:
    """The attributions, in order."""
    return Rows(numbers_in(packed["rows"]), _FIELDS, partial(_attribution, packed["values"]))


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


def _span(row: Sequence[int]) -> Span:
    start, end, flags = row
    return Span(
        kind=SpanKind.QUOTATION if flags & _QUOTATION else SpanKind.NARRATION,
        start=start,
        end=end,
        closed=bool(flags & _CLOSED),
        continues=bool(flags & _CONTINUES),
    )


def _tile(packed: Sequence[int], length: int) -> Iterator[tuple[int, int, int]]:
    done = 0
    for at in range(0, len(packed), 4):
        start, end, closed, continues = packed[at : at + 4]
        if start > done:
            yield done, start, _CLOSED
        yield start, end, _QUOTATION | _CLOSED * closed | _CONTINUES * continues
        done = end
    if done < length:
        yield done, length, _CLOSED


def _attribution(values: Sequence[Any], row: Sequence[int]) -> Attribution:
    quote, speaker, addressee, method, confidence, start, end, reason = row
    return Attribution(
        quote=quote,
        speaker_id=values[speaker],
        addressee_id=values[addressee],
        method=values[method],
        confidence=values[confidence],
        evidence=Evidence(start=start, end=end, reason=values[reason]) if reason else None,
    )


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
