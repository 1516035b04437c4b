"""Merging names into people."""

from itertools import combinations

import pytest

from tools.novels.types import NameFacts

FAMILY = """
Mr. Aldous Penrose was a bachelor. Penrose rose late. "I am Aldous," said Mr. Penrose.

Miss Penrose was his niece. Clara Penrose sang; Clara always sang. "Clara!" cried Mr. Penrose.
Miss Penrose smiled.

Sir Hugh Tarrant lived near. Sir Hugh was old. "Good day, Sir Hugh," said Clara.
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mr. Penrose", "Mr. Aldous Penrose"),
        ("Penrose", "Mr. Penrose"),
        ("Clara", "Miss Penrose"),
        ("Sir Hugh", "Sir Hugh Tarrant"),
    ],
    ids=str,
)
def test_names_of_one_person_are_merged(read, one, other):
    """Surname, given name and title lead to the full name."""
    book = read(FAMILY)

    assert book.person(one) is book.person(other)


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        pytest.param(
            "Mr. Price nodded. Mrs. Price nodded. Mr. and Mrs. Price left.",
            "Mr. Price",
            "Mrs. Price",
            id="couple",
        ),
        pytest.param(
            "Mr. Hale knew Mr. John Hale. Mrs. John Hale came. Mr. Hale sat. John Hale stood.",
            "Mr. Hale",
            "Mr. John Hale",
            id="younger brother",
        ),
        pytest.param(
            "General Ross met Captain Ross. He saw Captain Ross.", "General Ross", "Captain Ross", id="ranks"
        ),
        pytest.param(
            "Mrs. Dale wept. Miss Dale sang. Ada Dale, or Miss Dale, sang.",
            "Mrs. Dale",
            "Ada Dale",
            id="daughter",
        ),
        pytest.param("Jane Lee sat with Ann Lee. Jane Lee rose.", "Jane Lee", "Ann Lee", id="given names"),
    ],
)
def test_names_of_two_people_stay_apart(read, text, one, other):
    """Titles, given names and families keep people apart."""
    book = read(text)

    assert book.person(one) is not book.person(other)


def test_given_name_with_a_title_is_the_person_who_alone_has_it(read):
    """ "Miss Alice" is "Alice" where the book has no other."""
    book = read("Alice sat down. She was tired of it. The old servant bowed to Miss Alice, and Alice smiled.")

    assert book.person("Miss Alice") is book.person("Alice")


@pytest.mark.parametrize(
    ("titled", "others"),
    [
        pytest.param("Miss Alice", "Lady Alice came in. Lady Alice sat.", id="another title"),
        pytest.param("Miss Alice", "Miss Alice and Alice left. Alice and Miss Alice met.", id="together"),
        pytest.param("Lady Alice", "Lady Alice stood.", id="noble"),
    ],
)
def test_given_name_with_a_title_stays_apart_where_it_may_be_anothers(read, titled, others):
    """Somebody else who is called so leaves open whose name it is; a noble title is no title of the house."""
    book = read(f"Alice sat down. Alice was tired. {titled} stood. {others}")

    assert book.person(titled) is not book.person("Alice")


def test_eldest_sister_bears_the_bare_title(read):
    """ "Miss Dale" is the sister who is not called "Miss Kitty Dale"."""
    book = read(
        "Jane Dale and Kitty Dale came. Miss Kitty Dale laughed. Miss Kitty ran. "
        "Miss Dale was grave. Jane was grave."
    )

    assert book.person("Miss Dale") is book.person("Jane Dale")
    assert book.person("Miss Kitty") is book.person("Kitty Dale")


def test_pet_name_of_speech_is_the_full_name(read):
    """A short form that only speech uses belongs to the full name of the narration."""
    book = read(
        'Elizabeth rose. "Lizzy, stay," said Mr. Dale. Elizabeth stayed. "Oh, Lizzy!" cried Mr. Dale.'
    )

    assert book.person("Lizzy") is book.person("Elizabeth")


def test_people_who_talk_to_each_other_are_never_one(read):
    """Two names that take turns are two people, though a surname would join them."""
    talk = '"Is it you?" said Mr. Frank Pell.\n\n"It is I," said Pell.\n\n'

    book = read(talk * 3)

    assert book.person("Pell") is not book.person("Mr. Frank Pell")


def test_rank_alone_is_its_holder(read):
    """ "the Colonel" is the one Colonel of the book."""
    book = read('Colonel Brand came. "Halt!" cried the Colonel. Then the Colonel sat.')

    assert book.person("the Colonel") is book.person("Colonel Brand")


def test_shared_name_goes_to_the_nearest_bearer(read):
    """A surname of two people is listed as ambiguous, and each use goes to whom the text names near it."""
    filler = "The rain fell on the hills all day long. " * 200
    book = read(
        "Hal Moss rowed. Hal Moss sang. We all liked Moss.\n\n"
        + filler
        + "\n\nTed Moss swam. Ted Moss slept. We all knew Moss."
    )

    assert book.cast.ambiguous == ("Moss",)
    assert [m.surface for m in book.person("Hal Moss").mentions] == ["Hal Moss", "Hal Moss", "Moss"]
    assert [m.surface for m in book.person("Ted Moss").mentions] == ["Ted Moss", "Ted Moss", "Moss"]


def test_rare_spelling_joins_the_frequent_one(read):
    """One letter's difference in a rare name is a misprint."""
    book = read("Mr. Denning came. Mr. Denning sat. Mr. Denning ate. Mr. Denting left.")

    assert book.person("Mr. Denting") is book.person("Mr. Denning")


@pytest.mark.parametrize(
    ("text", "name", "gender"),
    [
        ("Lady Vane smiled.", "Lady Vane", "female"),
        ("Thomas Reed smiled.", "Thomas Reed", "male"),
        (
            "At noon the Heron shook his head. The Heron shut his eyes. 'No,' said the Heron.",
            "the Heron",
            "male",
        ),
        ("Dr. Holt sat.", "Dr. Holt", "unknown"),
    ],
    ids=["title", "given name", "pronouns", "nothing"],
)
def test_gender_comes_from_title_name_or_pronoun(read, text, name, gender):
    """Each source of gender decides when the stronger ones are silent."""
    assert read(text).person(name).gender == gender


def test_facts_decide_against_the_rules(read):
    """Stated pairs are merged and parted, and stated genders hold, whatever the rules say."""
    text = "Mrs. Weston had been Miss Taylor. Mr. Penn came; Penn sat. Dr. Holt rose."
    facts = NameFacts(
        same=(("Mrs. Weston", "Miss Taylor"),),
        different=(("Mr. Penn", "Penn"),),
        genders={"Dr. Holt": "female"},
    )

    book = read(text, facts)

    assert book.person("Mrs. Weston") is book.person("Miss Taylor")
    assert book.person("Mr. Penn") is not book.person("Penn")
    assert book.person("Dr. Holt").gender == "female"


def test_proposed_pair_is_merged_unless_people_talk_or_gender_stands_against_it(read):
    """What readers of passages took for one person holds where the text shows no two people."""
    text = """Mr. Holt nodded. Dodger sat down. Mrs. Dale came.

"Are you well, Ann?" said Mary.

"I am, Mary," said Ann.
"""
    pairs = (("Mr. Holt", "Dodger"), ("Mr. Holt", "Mrs. Dale"), ("Ann", "Mary"))
    persons = frozenset(name for pair in pairs for name in pair)
    book = read(text, NameFacts(persons=persons, proposed=pairs))

    assert "read as one person" in {place.reason for place in book.person("Dodger").evidence}
    assert book.person("Mr. Holt") is book.person("Dodger")
    assert book.cast.contested == (("Mr. Holt", "Mrs. Dale"), ("Ann", "Mary"))


def test_every_merge_shows_its_evidence(read):
    """A person of several names carries a place and a reason for each merge."""
    book = read(FAMILY)
    person = book.person("Clara")

    assert {evidence.reason for evidence in person.evidence} >= {"full name contains given name"}
    assert all(book.text[e.start : e.end].strip() for e in person.evidence)


def test_characters_are_numbered_by_first_appearance(read):
    """Ids follow the order of the first mentions, and no mention belongs to two people."""
    characters = read(FAMILY).cast.characters

    assert [c.id for c in characters] == [f"c{number:03}" for number in range(len(characters))]
    assert sorted(characters, key=lambda c: c.mentions[0].start) == list(characters)
    assert all(set(one.mentions).isdisjoint(other.mentions) for one, other in combinations(characters, 2))


def test_narrator_is_named_by_those_who_call_him(read):
    """The teller of a tale in the first person is whom others call and the narration never names."""
    scene = (
        'I looked up, for I knew my friend well. "Well, Marlow," said Hale to me, "shall we go?"\n\n'
        '"If you wish it," I said, and I took my hat. "I am ready, my dear Hale."\n\n'
    )

    book = read(scene * 3)

    assert book.person("Marlow").is_narrator
    assert book.speakers("If you wish it") == {"Marlow"}


def test_nameless_narrator_is_called_i(read):
    """A teller whom nobody calls is a character named "I"."""
    book = read('I sat by my fire as I always did. "Who is there?" I cried. I took my lamp, and I went out.')

    (narrator,) = [c for c in book.cast.characters if c.is_narrator]
    assert narrator.canonical_name == "I"
    assert book.speaker("Who is there?") == "I"


def test_text_without_names_has_no_cast(read):
    """An empty text and a text without people are no error."""
    assert read("").cast.characters == ()
    assert read("it rained. it rained.").cast.characters == ()
