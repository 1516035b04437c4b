"""Written matter and verse in quotation marks. All texts are written for these tests."""

import pytest

from tools.novels.quotations import find_spans

PROSE = (
    "It was a book of verse, and she read in it until the bell of the\n"
    "church rang, and then she put it down upon the table by the window,\n"
    "where the light of the evening fell upon the page that she had been\n"
    "reading, and upon the flowers that somebody had laid there for her."
)


def quotations(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_spans(text, "en") if span.is_quotation]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            'The letter was in these words. "I shall come on Monday, whatever you say."', id="words"
        ),
        pytest.param('The note ran as follows:\n\n"I shall come on Monday."', id="as follows"),
        pytest.param('By the lantern I read, with a start of horror, "Turn back!"', id="reader"),
        pytest.param('He read.\n\nMY DEAR AUNT,\n\n"I shall come on Monday."', id="salutation outside"),
        pytest.param('"The mill was sold," said the _Courier_, "for very little."', id="newspaper"),
        pytest.param('He held out a telegram. "Come at once," it said. "I am ill."', id="telegram"),
        pytest.param('"J. Hill and Son" was painted over the door.', id="inscription"),
    ],
)
def test_what_the_narration_calls_written_is_narration(text: str) -> None:
    assert quotations(text) == []


def test_a_signature_and_a_postscript_belong_to_the_letter_before_them() -> None:
    text = (
        '"Dear John,--I am well. Yours affectionately,"\n\n"Mary Hill."\n\n'
        '"I kept this open to tell you that the mill was sold for much less than we had hoped, and that'
        ' my uncle thinks of going abroad with the children before winter, if the doctor will let him."\n\n'
        "He put it away."
    )

    assert quotations(text) == []


def test_what_is_said_about_a_letter_is_speech() -> None:
    text = (
        '"Dear John,--I am well. Yours affectionately, Mary"\n\n"She is well, then."\n\n"Indeed!" he cried.'
    )

    assert quotations(text) == ['"She is well, then."', '"Indeed!"']


def test_these_words_introduce_speech_where_nothing_is_written() -> None:
    assert quotations('He addressed her in these words: "I am ruined."') == ['"I am ruined."']


@pytest.mark.parametrize(
    "verse",
    [
        pytest.param('"The wind is in the willow tree,\nThe moon is on the hill."', id="couplet"),
        pytest.param('"like one who by the river waits\nFor ships that never come."', id="begun in mid-line"),
        pytest.param(
            '"Will you wait a little longer?" said the miller to the mole.\n'
            "There is corn enough for all of us, and water in the bowl, you know.\n"
            "See how merrily the wheels go round, and how the sparrows fly again!\n"
            "They will tell us when the morning comes and we shall all be dry again.\n"
            'Will you wait a little longer, will you, will you, by the mill?"',
            id="stanza as wide as prose",
        ),
    ],
)
def test_verse_set_apart_stays_narration(verse: str) -> None:
    assert quotations(f"{PROSE}\n\n{verse}\n\n{PROSE}") == []


def test_two_lines_of_prose_are_no_couplet() -> None:
    speech = '"I have never seen a garden like it in all my life, and I hope that\nMary will see it too."'

    assert quotations(f"{PROSE}\n\n{speech}\n\n{PROSE}") == [speech]
