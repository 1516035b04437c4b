"""Who says each quotation."""

import pytest

INTRODUCTION = """Emma Lane was twenty. Mr. Brook was her guest. Emma poured the tea, and Mr. Brook drank it.

"""


@pytest.mark.parametrize(
    "line",
    [
        '"It is late," said Emma.',
        '"It is late," Emma said.',
        '"It is late," cried out Emma.',
        '"It is late!" Emma, with a deep sigh, replied.',
        '"It is late," was Emma\'s only answer.',
        'Emma turned to Mr. Brook and said, "It is late."',
        'Emma, turning to Mr. Brook, whispered: "It is late."',
        'At that Mr. Brook rose, but Emma cried, "It is late."',
        'Emma\'s reply was, "It is late."',
        'Emma said:\n\n"It is late."',
        '"It," said Emma, "is late."',
        'Emma smiled at Mr. Brook. "It is late."',
        "“It is late,” said Emma.",
    ],
    ids=str,
)
def test_named_speaker_is_found(read, line):
    """A tag or an action names the speaker before, after or inside the quotation."""
    book = read(INTRODUCTION + line)

    assert {book.name(a.speaker_id) for a in book.attributions} == {"Emma"}


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ('"It is late," she said.', "Emma"),
        ('"It is late," he said.', "Mr. Brook"),
        ('"It is late," was her answer.', "Emma"),
        ('"It is late," replied the gentleman.', "Mr. Brook"),
        ('"It is late," said the girl.', "Emma"),
    ],
    ids=str,
)
def test_pronoun_and_noun_choose_by_gender(read, line, speaker):
    """ "she" and "the girl" mean the woman of the scene, "he" and "the gentleman" the man."""
    assert read(INTRODUCTION + line).speaker("late") == speaker


def test_untagged_turns_alternate(read):
    """In a dialogue without tags the two speakers take turns."""
    book = read(
        INTRODUCTION
        + '"One," said Emma.\n\n"Two," said Mr. Brook.\n\n"Three."\n\n"Four."\n\n"Five."\n\n'
        + '"Six," said Mr. Brook.'
    )

    assert [book.speaker(word) for word in ("Three", "Four", "Five")] == ["Emma", "Mr. Brook", "Emma"]
    assert book.saying("Four").method == "turn_taking"


def test_speaker_is_not_the_one_called(read):
    """Who is called by name in a quotation does not say it, and answers next."""
    book = read(INTRODUCTION + '"Are you cold, Emma?"\n\n"Not at all."')

    assert book.speaker("cold") == "Mr. Brook"
    assert book.speaker("Not at all") == "Emma"


def test_addressee_is_called_or_takes_the_other_turn(read):
    """A vocative names the addressee; without one it is the other speaker."""
    book = read(INTRODUCTION + '"Are you cold, Emma?" said Mr. Brook.\n\n"Not at all," said she.')

    assert book.name(book.saying("cold").addressee_id) == "Emma"
    assert book.name(book.saying("Not at all").addressee_id) == "Mr. Brook"


def test_quotations_of_one_paragraph_share_the_speaker(read):
    """What goes on in the same paragraph is said by the same person."""
    book = read(INTRODUCTION + '"One," said Emma. She looked out. "Two." Then, after a while: "Three."')

    assert {book.speaker(word) for word in ("One", "Two", "Three")} == {"Emma"}


def test_two_tags_in_one_paragraph_are_two_speakers(read):
    """A second tag in the paragraph begins a turn of its own."""
    book = read(INTRODUCTION + '"One," said Emma; and "Two," said Mr. Brook.')

    assert [book.speaker("One"), book.speaker("Two")] == ["Emma", "Mr. Brook"]


def test_speech_over_paragraphs_has_one_speaker(read):
    """A speech that opens again in each paragraph is one person's."""
    book = read(
        INTRODUCTION + '"One," said Emma.\n\n"Two, he began.\n\n"Three, he went on.\n\n"Four."\n\n"Five."'
    )

    assert len({book.speaker(word) for word in ("Two", "Three", "Four")}) == 1


def test_noun_is_bound_to_whom_it_mostly_means(read):
    """ "the painter" means one person through the book, once his tags say so."""
    scene = 'Mr. Hollis looked at Mr. Brook. "Sit," said the painter.\n\n"I sit," said Mr. Brook.\n\n'

    book = read(INTRODUCTION + scene * 4)

    assert book.speakers("Sit,") == {"Mr. Hollis"}


def test_every_quotation_gets_one_attribution(read):
    """Attributions follow the quotation spans one to one, in text order."""
    book = read(INTRODUCTION + '"One," said Emma. "Two."\n\n"Three."')

    assert [a.quote for a in book.attributions] == [
        index for index, span in enumerate(book.spans) if span.is_quotation
    ]


def test_evidence_is_the_place_that_names_the_speaker(read):
    """The evidence of a tag is the reference in it, and a tag counts more than a guess."""
    book = read(INTRODUCTION + '"One," said Emma.\n\n"Two."')
    tagged, guessed = book.saying("One"), book.saying("Two")

    assert tagged.method == "said_name"
    assert tagged.evidence is not None
    assert book.text[tagged.evidence.start : tagged.evidence.end] == "Emma"
    assert tagged.confidence > guessed.confidence


def test_nobody_near_leaves_the_speaker_open(read):
    """Where the book names nobody there is no speaker, and the method says so."""
    book = read('it rained. "hush," came from the dark.')

    assert [(a.speaker_id, a.method, a.confidence) for a in book.attributions] == [(None, "none", 0.0)]


def test_same_text_gives_the_same_answer(read):
    """Nothing depends on chance or on the order of sets."""
    text = INTRODUCTION + '"One," said Emma.\n\n"Two."\n\n"Three," she said.'

    assert read(text).attributions == read(text).attributions


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('He said "' * 20_000, id="unclosed quotations"),
        pytest.param("Mr. " * 40_000, id="titles without end"),
        pytest.param('Ann smiled. "Oh, Jane," she said, "so." ' * 4_000, id="one huge paragraph"),
        pytest.param("Ann and " * 20_000, id="endless enumeration"),
        pytest.param("the old dear own " * 10_000, id="adjectives without noun"),
        pytest.param("A'" * 80_000, id="apostrophes"),
    ],
)
@pytest.mark.timeout(30)
def test_hostile_text_is_read_in_time(read, text):
    """No pattern and no loop grows faster than the text."""
    book = read(text)

    assert len(book.attributions) == sum(span.is_quotation for span in book.spans)
    assert book.relations is not None
