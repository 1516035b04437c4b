"""From words with times to cues."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tools.subtitles.profiles import profile_of
from tools.video.segmentation import confidences, segment
from tools.video.words import Word, join, split

ENGLISH, CHINESE = profile_of("en"), profile_of("zh")


def _said(text: str, *, each: int = 300, gap: int = 20, pause: int = 400) -> list[Word]:
    """Words one after the other, with a pause after each sentence."""
    words: list[Word] = []
    at = 0
    for word in split(text):
        words.append(Word(text=word, start=at, end=at + each, confidence=0.5))
        at += each + (pause if word[-1] in ".?!。" else gap)
    return words


def _texts(words: list[Word], profile: object = ENGLISH) -> list[str]:
    return [cue.text for cue in segment(words, profile)]  # type: ignore[arg-type]


def test_a_sentence_that_fits_is_a_cue() -> None:
    text = "Good morning everybody, and welcome to the harbour. Today we look at very old ships."

    assert _texts(_said(text)) == [
        "Good morning everybody, and welcome to the harbour.",
        "Today we look at very old ships.",
    ]


def test_a_long_sentence_is_cut_before_a_conjunction() -> None:
    text = "Today we look at the ships that are very old and that nobody sailed for over a hundred years."

    assert _texts(_said(text)) == [
        "Today we look at the ships that are very old",
        "and that nobody sailed for over a hundred years.",
    ]


def test_a_long_pause_is_never_inside_a_cue() -> None:
    words = [Word(text="Yes", start=0, end=300), Word(text="and no.", start=2_000, end=2_500)]

    assert [(cue.start, cue.end) for cue in segment(words, ENGLISH)] == [(0, 300), (2_000, 2_500)]


def test_chinese_has_no_spaces() -> None:
    assert _texts(_said("大家早上好，欢迎来到港口。", gap=0), CHINESE) == ["大家早上好，欢迎来到港口。"]


def test_nothing_said_is_no_cue() -> None:
    assert segment([], ENGLISH) == []


def test_confidence_is_the_mean_of_the_words() -> None:
    words = _said("Good morning.")

    assert confidences(words, segment(words, ENGLISH)) == {1: 0.5}


@given(
    st.lists(
        st.tuples(st.text("abc,.", min_size=1, max_size=60), st.integers(1, 9_000), st.integers(0, 3_000)),
        max_size=40,
    )
)
def test_every_word_is_in_one_cue_in_order(said: list[tuple[str, int, int]]) -> None:
    words: list[Word] = []
    at = 0
    for text, length, pause in said:
        words.append(Word(text=text, start=at, end=at + length))
        at += length + pause

    cues = segment(words, ENGLISH)

    assert join([cue.text for cue in cues]) == join([word.text for word in words])
    assert all(cue.start < cue.end for cue in cues)
    assert all(one.end <= other.start for one, other in pairwise(cues))


@given(st.text("ab 早上,。“”", max_size=40))
def test_splitting_and_joining_loses_no_letter(text: str) -> None:
    assert join(split(text)).replace(" ", "") == "".join(text.split())
