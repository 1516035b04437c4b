"""Reading the speaker out of a speech tag."""

import pytest

from tools.novels.english.narration import Narration, ReferenceKind
from tools.novels.english.speech_tags import tag_after, tag_before
from tools.novels.types import Mention


def mentions(text, *names):
    places = sorted((text.index(name), name) for name in names if name in text)
    return [Mention(start=start, end=start + len(name), surface=name) for start, name in places]


@pytest.mark.parametrize(
    ("after", "speaker"),
    [
        (", said Ann to Bob.", "Ann"),
        (" she at last replied.", "she"),
        (" cried the old man, laughing.", "the old man"),
        (" was his only answer.", "his"),
        (" said her sister.", "her sister"),
        (" exclaimed Ann's brother.", "Ann's brother"),
        (" I asked.", "I"),
    ],
    ids=str,
)
def test_tag_after_a_quotation(after, speaker):
    """The speaker stands beside the verb, on either side of it."""
    text = '"Yes,"' + after
    reference = tag_after(text, Narration(text, mentions(text, "Ann", "Bob")), 6, len(text))

    assert reference is not None
    assert text[reference.start : reference.end] == speaker


@pytest.mark.parametrize(
    "after",
    [" The rain fell.", " Ann opened the door.", " and then it was over", "", " to Ann, of whom he thought."],
    ids=str,
)
def test_no_tag_after_a_quotation(after):
    """Narration that only follows a quotation is no tag."""
    text = '"Yes."' + after

    assert tag_after(text, Narration(text, mentions(text, "Ann")), 6, len(text)) is None


@pytest.mark.parametrize(
    ("before", "speaker"),
    [
        ("Ann turned to Bob and said, ", "Ann"),
        ("When Bob had gone, Ann, with a sigh, added: ", "Ann"),
        ("They heard of it from Ann, who, after a pause, cried, ", "Ann"),
        ("He was stopped by Ann's saying, ", "Ann"),
        ("Ann's only reply was, ", "Ann"),
        ("Then said Bob, ", "Bob"),
        ("Bob rose. She asked: ", "She"),
    ],
    ids=str,
)
def test_tag_before_a_quotation(before, speaker):
    """The subject of the verb of speech that leads to a quotation is the speaker."""
    reference = tag_before(Narration(before, mentions(before, "Ann", "Bob")), 0, len(before))

    assert reference is not None
    assert before[reference.start : reference.end] == speaker


def test_finished_sentence_leads_to_nothing():
    """A full stop between the verb and the quotation ends the tag."""
    before = "Ann said nothing. "

    assert tag_before(Narration(before, mentions(before, "Ann")), 0, len(before)) is None


def test_kinds_of_reference():
    """Names, pronouns and nouns are told apart, with the gender of each."""
    text = '"Yes," said her mother.'
    reference = tag_after(text, Narration(text, []), 6, len(text))

    assert reference is not None
    assert (reference.kind, reference.gender, reference.owner) == (ReferenceKind.NOUN, "female", "her")
