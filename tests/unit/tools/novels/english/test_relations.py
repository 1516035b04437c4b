"""Ties between people."""

import pytest


def ties(book):
    return {
        (book.name(r.source_id), r.type, book.name(r.target_id)): r
        for r in book.relations
        if r.type not in ("talks_with", "appears_with")
    }


@pytest.mark.parametrize(
    ("text", "tie"),
    [
        pytest.param(
            "Tom Lee sat. Ann Lee and her cousin Tom Lee rose.", ("Tom Lee", "cousin", "Ann Lee"), id="her"
        ),
        pytest.param(
            "Ann Lee was there. Ann Lee's son Tom was there.", ("Tom", "child", "Ann Lee"), id="possessive"
        ),
        pytest.param(
            "Tom Lee, the father of Ann Lee, rose.", ("Tom Lee", "parent", "Ann Lee"), id="apposition"
        ),
        pytest.param(
            "Mr. Hart came. Mrs. Hart came. Mr. and Mrs. Hart left.",
            ("Mr. Hart", "spouse", "Mrs. Hart"),
            id="couple",
        ),
        pytest.param(
            'Ann Lee sat. "I want my brother Tom," said Ann Lee. Tom came.',
            ("Ann Lee", "sibling", "Tom"),
            id="my",
        ),
    ],
)
def test_stated_ties_are_read(read, text, tie):
    """Kinship that the text states becomes a typed relation."""
    assert tie in ties(read(text))


def test_evidence_shows_the_words_of_the_tie(read):
    """A stated tie points at the words that state it."""
    book = read("Ann Lee rose, and her cousin Tom Lee rose too.")
    (relation,) = ties(book).values()
    (evidence,) = relation.evidence

    assert book.text[evidence.start : evidence.end] == "her cousin Tom Lee"


def test_gender_forbids_a_misread_tie(read):
    """A man is nobody's wife."""
    assert not ties(read("Ann Lee came. Ann Lee's wife Thomas came."))


def test_unstated_ties_are_not_invented(read):
    """People who only meet have no typed tie."""
    assert not ties(read('Ann Lee met Tom Hart. "Good day," said Tom Hart.'))


def test_speakers_talk_with_those_they_address(read):
    """Talking is counted by quotation, in both directions together."""
    book = read('Ann Lee met Tom Hart.\n\n"Well, Tom?" said Ann Lee.\n\n"Well, Ann?" said Tom Hart.')
    (talk,) = [r for r in book.relations if r.type == "talks_with"]

    assert {book.name(talk.source_id), book.name(talk.target_id)} == {"Ann Lee", "Tom Hart"}
    assert talk.weight == 2


def test_people_appear_together_by_paragraph(read):
    """Each paragraph that names two people counts once; the evidence is capped."""
    book = read("Ann Lee met Tom Hart.\n\n" * 9)
    (together,) = [r for r in book.relations if r.type == "appears_with"]

    assert together.weight == 9
    assert len(together.evidence) == 5
