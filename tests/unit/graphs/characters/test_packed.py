"""Packing is undone by unpacking."""

from graphs.characters.packed import (
    pack_attributions,
    pack_cast,
    pack_chapters,
    pack_mentions,
    pack_relations,
    pack_spans,
    unpack_attributions,
    unpack_cast,
    unpack_chapters,
    unpack_mentions,
    unpack_relations,
    unpack_spans,
)
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

_TEXT = "“Go,” said Mr.\nDarcy. “Now."
_PLACE = Evidence(start=11, end=20, reason="said_name")
_MENTION = Mention(start=11, end=20, surface="Mr. Darcy")


def test_spans_come_back_with_the_narration_between() -> None:
    spans = [
        Span(kind=SpanKind.QUOTATION, start=0, end=5),
        Span(kind=SpanKind.NARRATION, start=5, end=22),
        Span(kind=SpanKind.QUOTATION, start=22, end=27, closed=False, continues=True),
    ]

    assert list(unpack_spans(pack_spans(spans), len(_TEXT))) == spans


def test_text_without_quotations_is_one_narration() -> None:
    assert list(unpack_spans(pack_spans([]), 4)) == [Span(kind=SpanKind.NARRATION, start=0, end=4)]


def test_mentions_come_back_with_their_surfaces_folded() -> None:
    assert unpack_mentions(pack_mentions([_MENTION]), _TEXT) == [_MENTION]


def test_chapters_come_back() -> None:
    chapters = [Chapter(index=0, title="", start=0, end=5), Chapter(index=1, title="II", start=5, end=27)]

    assert unpack_chapters(pack_chapters(chapters)) == chapters


def test_cast_comes_back() -> None:
    darcy = Character(
        id="c000",
        canonical_name="Mr. Darcy",
        aliases=("Mr. Darcy", "Darcy"),
        gender="male",
        mentions=(_MENTION,),
        evidence=(_PLACE,),
        is_narrator=True,
    )
    cast = Cast(characters=(darcy,), ambiguous=("Miss Bennet",))

    assert unpack_cast(pack_cast(cast), _TEXT) == cast


def test_attributions_come_back() -> None:
    attributions = [
        Attribution(
            quote=0, speaker_id="c000", addressee_id="c001", method="said", confidence=0.9, evidence=_PLACE
        ),
        Attribution(quote=2, speaker_id=None, method="none", confidence=0.0),
    ]

    assert list(unpack_attributions(pack_attributions(attributions))) == attributions


def test_relations_come_back() -> None:
    relations = [Relation(source_id="c0", target_id="c1", type="sibling", weight=2.0, evidence=(_PLACE,))]

    assert unpack_relations(pack_relations(relations)) == relations
