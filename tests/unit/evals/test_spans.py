import pytest

from evals.spans import SpanScores, overlap_scores, span_scores

TEXT = '"One." He left. "Two, two."\n\n"Three.\n\n"Four," he said.'


def place(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


@pytest.mark.parametrize(
    ("gold", "predicted", "correct"),
    [
        pytest.param(["One."], ['"One."'], 1, id="marks at the edges do not count"),
        pytest.param(["One"], ['"One." '], 1, id="punctuation and blanks at the edges do not count"),
        pytest.param(["One."], ['One." He'], 0, id="other words count"),
        pytest.param(["Two,", "two."], ["Two, two."], 1, id="pieces of one quotation are joined"),
        pytest.param(
            ["Three.", "Four,"], ['"Three.\n\n"Four,'], 1, id="paragraphs of one quotation are joined"
        ),
        pytest.param(["Two, two.", "Three."], ['two."\n\n"Three.'], 0, id="closed quotations are not joined"),
        pytest.param(["One."], ['"One."', '. "'], 1, id="a span without letters does not count"),
    ],
)
def test_spans_are_compared_after_trimming_and_joining(
    gold: list[str], predicted: list[str], correct: int
) -> None:
    scores = span_scores([place(words) for words in gold], [place(words) for words in predicted], TEXT)

    assert scores.correct == correct


def test_what_is_cut_out_of_a_quotation_does_not_count_between_outermost_marks() -> None:
    text = "\"I said, 'Go,' and he went.\""
    gold = [(1, 8), (14, 27)]
    predicted = [(0, len(text))]

    assert span_scores(gold, predicted, text).correct == 0
    assert span_scores(gold, predicted, text, outermost=True).f1 == 1


def test_scores_of_texts_add_up_to_their_micro_average() -> None:
    total = SpanScores(gold=3, predicted=2, correct=1) + SpanScores(gold=1, predicted=2, correct=1)

    assert (total.precision, total.recall, total.f1) == (0.5, 0.5, 0.5)


def test_one_shared_letter_is_an_overlap() -> None:
    scores = overlap_scores([place("One."), place("Three.")], [place("One."), place("He left")], TEXT)

    assert (scores.precision, scores.recall, scores.f1) == (0.5, 0.5, 0.5)
