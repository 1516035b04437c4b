"""Texts are written for these tests; what is marked AUSTEN is from Emma (1815), in the public domain."""

import gc
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.novels.quotations import find_spans
from tools.novels.types import Span

MARKS_AND_LETTERS = "\"'“”‘’「」『』«»＂—-.,!? \n\u3000_()*aAsI你说，。："


def quotations(text: str, language: str = "en") -> list[str]:
    return [text[span.start : span.end] for span in find_spans(text, language) if span.is_quotation]


def spans(text: str, language: str = "en") -> list[Span]:
    return [span for span in find_spans(text, language) if span.is_quotation]


@pytest.mark.parametrize("language", ["en", "zh"])
@given(text=st.one_of(st.text(), st.text(alphabet=MARKS_AND_LETTERS, max_size=200)))
def test_spans_tile_any_text(text: str, language: str) -> None:
    found = find_spans(text, language)

    assert "".join(text[span.start : span.end] for span in found) == text
    assert all(span.start < span.end for span in found)
    assert all(before.end == after.start for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param('"Sit down," he said. "Wait."', "en", ['"Sit down,"', '"Wait."'], id="straight double"),
        pytest.param("“Sit down,” he said. “Wait.”", "en", ["“Sit down,”", "“Wait.”"], id="curly double"),
        pytest.param("'Sit down,' he said. 'Wait.'", "en", ["'Sit down,'", "'Wait.'"], id="straight single"),
        pytest.param("‘Sit down,’ he said. ‘Wait.’", "en", ["‘Sit down,’", "‘Wait.’"], id="curly single"),
        pytest.param("«Sit down,» he said.", "en", ["«Sit down,»"], id="angle"),
        pytest.param("他说：“坐下。”她走了。", "zh", ["“坐下。”"], id="curly in Chinese"),
        pytest.param("他說：「坐下。」她走了。", "zh", ["「坐下。」"], id="corner"),
        pytest.param("『坐下。』她走了。", "zh", ["『坐下。』"], id="white corner"),
        pytest.param('他说："坐下。""好。"她说。', "zh", ['"坐下。"', '"好。"'], id="straight in Chinese"),
        pytest.param("他说：＂坐下。＂", "zh", ["＂坐下。＂"], id="full width"),
        pytest.param(
            "”坐下。”他说。“好。“她说。", "zh", ["”坐下。”", "“好。“"], id="curly the wrong way round"
        ),
        pytest.param("“坐下。“他说，“好。”", "zh", ["“坐下。“", "“好。”"], id="closed by an opening mark"),
    ],
)
def test_every_kind_of_mark_encloses_a_quotation(text: str, language: str, expected: list[str]) -> None:
    assert quotations(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "outer"),
    [
        pytest.param(
            "\"He told me, 'Go,' and I went.\" So it was.",
            "en",
            "\"He told me, 'Go,' and I went.\"",
            id="single in double",
        ),
        pytest.param(
            "‘He told me, “Go,” and I went.’ So it was.",
            "en",
            "‘He told me, “Go,” and I went.’",
            id="double in single",
        ),
        pytest.param("“He said “go” to me.” So it was.", "en", "“He said “go” to me.”", id="same marks"),
        pytest.param("“他说‘走吧’。”她哭了。", "zh", "“他说‘走吧’。”", id="Chinese"),
        pytest.param("「他說『走吧』。」她哭了。", "zh", "「他說『走吧』。」", id="corner"),
    ],
)
def test_a_nested_quotation_stays_part_of_the_outer_one(text: str, language: str, outer: str) -> None:
    assert quotations(text, language) == [outer]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("'I don't know,' he said.", ["'I don't know,'"], id="contraction"),
        pytest.param(
            "‘The boys’ hats are here,’ he said.", ["‘The boys’ hats are here,’"], id="possessive plural"
        ),
        pytest.param("‘’Tis late,’ he said.", ["‘’Tis late,’"], id="elision behind an opening mark"),
        pytest.param("'I was goin' home,' he said.", ["'I was goin' home,'"], id="dropped ending"),
        pytest.param("'We met in the '60s,' he said.", ["'We met in the '60s,'"], id="year"),
        pytest.param("The boys' hats and the girls' coats were wet.", [], id="no dialogue at all"),
        pytest.param('The dogs\' tails wagged. "Down," he said.', ['"Down,"'], id="beside double marks"),
    ],
)
def test_an_apostrophe_is_no_quotation_mark(text: str, expected: list[str]) -> None:
    assert quotations(text) == expected


def test_each_paragraph_of_a_long_speech_is_a_span_that_continues() -> None:
    found = spans('"It began in May.\n\n"It went on in June.\n\n"It ended," he said. He rose.')

    assert [(span.continues, span.closed) for span in found] == [(False, False), (True, False), (True, True)]


def test_a_quotation_without_a_closing_mark_ends_with_its_paragraph() -> None:
    text = '"It began in May, he said.\n\nThen he left.'

    assert quotations(text) == ['"It began in May, he said.']
    assert not spans(text)[0].closed


def test_a_forgotten_closing_mark_does_not_swallow_the_next_quotation() -> None:
    text = '"It began in May. He rose and left. "Good night."'

    assert quotations(text) == ['"It began in May. He rose and left.', '"Good night."']


def test_a_poem_set_apart_inside_a_speech_belongs_to_it() -> None:
    text = '"Do you know the lines:\n\nThe wind is in the willow tree\n\nand so on?" she asked.'

    assert quotations(text) == [text.removesuffix(" she asked.")]


def test_two_speakers_in_two_paragraphs_do_not_continue_each_other() -> None:
    found = spans('"Is it you?"\n\n"It is."')

    assert [span.continues for span in found] == [False, False]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('The parcel was marked "fragile" in red.', id="word"),
        pytest.param('He had just read "The Woman in White" again.', id="title"),
        pytest.param(
            'A board over the door said that it was the "OLD SHIP," and they went in.', id="inscription"
        ),
        pytest.param('Her look meant, "You are late again."', id="look"),
        pytest.param(
            'He was all attention. "He should be happy to carry her letter to town, if she would let him."',
            id="reported in the third person",
        ),
        pytest.param('"Dear Sir,--I have your letter. Yours truly, J. Hill"', id="letter"),
        pytest.param(
            "It was a book of verse, and she read in it until the bell of the\n"
            "church rang, and then she put it down upon the table by the window,\n"
            "where the light of the evening fell upon the page that she had been\n"
            "reading, and upon the flowers that somebody had laid there for her.\n\n"
            '"The wind is in the willow tree,\n    The moon is on the hill,\nAnd all who come to sit by me\n'
            '    Must keep it very still."\n\n'
            "She knew it by heart, and so had everybody known it in the house\n"
            "in which she had grown up, long ago.",
            id="verse",
        ),
    ],
)
def test_marks_that_set_off_no_speech_stay_narration(text: str) -> None:
    assert quotations(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"Yes."', ['"Yes."'], id="alone"),
        pytest.param('He said "no" and left.', ['"no"'], id="after a speech verb"),
        pytest.param('"It is," said she, "my own."', ['"It is,"', '"my own."'], id="interrupted"),
        pytest.param('He shook his head. "She was here."', ['"She was here."'], id="after a gesture"),
        pytest.param("“……”他说不出话来。", ["“……”"], id="silence"),
        pytest.param("他喊“救命”，没有人来。", ["“救命”"], id="after a Chinese speech verb"),
    ],
)
def test_short_speech_is_kept(text: str, expected: list[str]) -> None:
    assert quotations(text, "zh" if "他" in text else "en") == expected


@pytest.mark.parametrize("text", ["他“咯咯”地笑了。", "这就是所谓“自由”的代价。", "大家叫他“老黑”。"])
def test_words_mentioned_in_a_chinese_sentence_stay_narration(text: str) -> None:
    assert quotations(text, "zh") == []


def test_stage_directions_inside_a_speech_are_narration() -> None:
    text = '"Your gallantry is really unanswerable. But (lowering her voice)--nobody speaks."'  # AUSTEN

    assert quotations(text) == ['"Your gallantry is really unanswerable. But', '--nobody speaks."']


def test_what_a_speaker_puts_in_brackets_is_speech() -> None:
    text = '"My brother (including him, we were six) stayed (as I told you) at home."'

    assert quotations(text) == [text]


def test_dash_dialogue_runs_to_the_end_of_its_paragraph_but_for_reporting_clauses() -> None:
    text = "—Good day, said the old man. Come in.\n\nHe went in — slowly.\n\n—Thanks.\n\n—And now?"

    assert quotations(text) == ["—Good day,", "Come in.", "—Thanks.", "—And now?"]


def test_dashes_in_a_book_with_marks_open_nothing() -> None:
    text = '"Good day."\n\n"Come in."\n\n—And then it rained.\n\n"Thanks."'

    assert quotations(text) == ['"Good day."', '"Come in."', '"Thanks."']


@pytest.mark.parametrize("unit", ['"', '" ', 'a"', "“a", "”“", '"(turning a) ', "'a ", '"\n\n'])
def test_time_grows_linearly_with_adversarial_text(unit: str) -> None:
    def seconds(length: int) -> float:
        gc.disable()  # a collection takes the longer the more other tests have left
        started = time.process_time()
        find_spans(unit * (length // len(unit)), "en")
        taken = time.process_time() - started
        gc.enable()
        return taken

    seconds(10_000)

    assert seconds(160_000) < 0.2 + 20 * seconds(20_000)
