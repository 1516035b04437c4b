"""Scores of speaker attribution."""

import pytest

from evals.attribution import ALL, Share, score_attribution
from evals.pdnc import GoldCharacter, GoldQuotation, Novel
from tools.novels.types import Attribution, Cast, Character, Mention, Span, SpanKind

TEXT = '"One," said Emma, "and two." Mr. Brook left. "Three."'
SPANS = [
    Span(kind=SpanKind.QUOTATION, start=0, end=6),
    Span(kind=SpanKind.NARRATION, start=6, end=18),
    Span(kind=SpanKind.QUOTATION, start=18, end=28),
    Span(kind=SpanKind.NARRATION, start=28, end=45),
    Span(kind=SpanKind.QUOTATION, start=45, end=53),
]
NAMES = ("Emma", "Mr. Brook")
CAST = Cast(
    characters=tuple(
        Character(
            id=f"c{number:03}",
            canonical_name=name,
            aliases=(name,),
            gender="unknown",
            mentions=(Mention(start=TEXT.index(name), end=TEXT.index(name) + len(name), surface=name),),
        )
        for number, name in enumerate(NAMES)
    )
)


def novel(speaker, *sub_spans, addressees=("Mr. Brook",)):
    quotation = GoldQuotation(
        id="Q0", sub_spans=sub_spans, text="", speaker=speaker, addressees=addressees, type="Explicit"
    )
    characters = tuple(
        GoldCharacter(name=name, aliases=(name,), gender="unknown", category="major") for name in NAMES
    )
    return Novel(name="Test", text=TEXT, quotations=(quotation,), characters=characters)


def said(quote, speaker, addressee=None):
    return Attribution(
        quote=quote, speaker_id=speaker, addressee_id=addressee, method="said_name", confidence=1.0
    )


@pytest.mark.parametrize(
    ("sub_spans", "decisions", "right"),
    [
        pytest.param([(1, 5)], [said(0, "c000")], 1, id="right"),
        pytest.param([(1, 5)], [said(0, "c001")], 0, id="wrong"),
        pytest.param([(1, 5)], [said(0, None)], 0, id="nobody"),
        pytest.param([(30, 40)], [said(0, "c000")], 0, id="no span there"),
        pytest.param([(1, 5), (19, 27)], [said(0, "c000"), said(2, "c001")], 1, id="tie: the first"),
        pytest.param(
            [(1, 5), (19, 27), (46, 52)],
            [said(0, "c001"), said(2, "c000"), said(4, "c000")],
            1,
            id="majority",
        ),
    ],
)
def test_a_quotation_is_right_by_its_sub_spans(sub_spans, decisions, right):
    """The majority of the matched sub-spans decides, else the first; what is not matched is wrong."""
    scores = score_attribution(novel("Emma", *sub_spans), SPANS, CAST, decisions)

    assert scores.speakers[ALL] == Share(right, 1)


def test_unknowable_speaker_wants_silence():
    """Where the corpus knows no speaker, naming one is wrong."""
    gold = novel("_unknowable", (1, 5))

    assert score_attribution(gold, SPANS, CAST, [said(0, None)]).speakers[ALL].right == 1
    assert score_attribution(gold, SPANS, CAST, [said(0, "c001")]).speakers[ALL].right == 0


def test_addressees_count_where_one_is_given():
    """A given addressee is right when the corpus lists it."""
    gold = novel("Emma", (1, 5))

    assert score_attribution(gold, SPANS, CAST, [said(0, "c000", "c001")]).addressees == Share(1, 1)
    assert score_attribution(gold, SPANS, CAST, [said(0, "c000")]).addressees == Share(0, 0)


def test_books_add_up():
    """Scores of several books are summed, type by type."""
    scores = score_attribution(novel("Emma", (1, 5)), SPANS, CAST, [said(0, "c000")])

    assert (scores + scores).speakers["Explicit"] == Share(2, 2)
