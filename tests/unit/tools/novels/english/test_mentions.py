"""Finding names in the text."""

from itertools import pairwise

import pytest

from tools.novels.types import NameFacts

TITLED = 'Mr. Marsh met Lady Fane and old Dr.\nHolt at the gate. "Come in," said Mr. Marsh.'


def test_titles_make_names(read):
    """A title before a capitalised word names a person, across a line break too."""
    assert {"Mr. Marsh", "Lady Fane", "Dr. Holt"} <= read(TITLED).names


def test_mentions_show_their_place(read):
    """The surface of a mention is the text at its place, white space folded."""
    book = read(TITLED)

    for mention in book.mentions:
        assert " ".join(book.text[mention.start : mention.end].split()) == mention.surface


def test_mentions_are_ordered_and_apart(read):
    """Mentions come in text order and never overlap."""
    mentions = read(TITLED * 3).mentions

    assert all(one.end <= other.start for one, other in pairwise(mentions))


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        pytest.param("They lived in Harbury. Harbury was dull. In Harbury it rained.", "Harbury", id="place"),
        pytest.param("He came on Monday and left in June.", "Monday", id="calendar"),
        pytest.param("Perhaps it was late. He said Perhaps again.", "Perhaps", id="sentence start"),
        pytest.param("She walked down Regent Street with him.", "Regent Street", id="street"),
        pytest.param("Mr. Marsh knew the Marshes. The Marshes were many.", "the Marshes", id="family"),
        pytest.param("I think so. I do.", "I", id="first person"),
    ],
)
def test_other_capitals_are_no_names(read, text, absent):
    """Places, days, sentence starts and families are no person's name."""
    assert absent not in read(text).names


def test_animals_with_article_are_names(read):
    """A capitalised creature that speaks is a person, article included."""
    book = read('"Who are you?" said the Heron. Then the Heron sighed, and all looked at the Heron.')

    assert book.names == {"the Heron"}


def test_offices_count_once_they_speak(read):
    """ "the butler" is a name at every place when the butler speaks somewhere."""
    silent = read("The butler bowed. The butler left.")
    speaking = read('The butler bowed. "Dinner is served," said the butler.')

    assert silent.names == set()
    assert speaking.names == {"The butler", "the butler"}


def test_bare_surname_of_a_titled_person_is_a_name(read):
    """A surname that a title has shown is a name without the title too."""
    assert "Marsh" in read("Mr. Marsh came in. At length he and Marsh sat down.").names


def test_facts_add_and_remove_names(read):
    """What facts call a person is one, even in small letters; what they deny is none."""
    text = 'Mr. Marsh saw the man with the scar. "Hush," said Mr. Marsh to the Lady Anne.'
    facts = NameFacts(
        persons=frozenset({"the man with the scar"}), not_persons=frozenset({"Lady Anne", "the Lady Anne"})
    )

    assert read(text, facts).names == {"Mr. Marsh", "the man with the scar"}


def test_longer_stated_name_replaces_the_shorter(read):
    """A stated name that holds a found one takes its place."""
    facts = NameFacts(persons=frozenset({"Mr. Marsh the elder"}))

    assert "Mr. Marsh the elder" in read("We met Mr. Marsh the elder. So we did.", facts).names
