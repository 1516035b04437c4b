"""Where subtitles' lines are broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.subtitles.breaking import break_lines
from tools.subtitles.markup import visible
from tools.subtitles.profiles import profile_of

EN, ZH = profile_of("en"), profile_of("zh-CN")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("Hello there.", "Hello there."),
        ("Hello\nthere.", "Hello there."),
        (
            "I told the old man that we would never come back to this house again.",
            "I told the old man that we would\nnever come back to this house again.",
        ),
        (
            "She went to New York with Mr. Smith and <i>never</i> returned to the town.",
            "She went to New York with Mr. Smith\nand <i>never</i> returned to the town.",
        ),
    ],
)
def test_english_is_broken_where_the_guide_says(text: str, broken: str) -> None:
    assert break_lines(text, EN, "srt") == broken


def test_lines_of_a_dialogue_stay_with_their_speakers() -> None:
    dialogue = "- Yes, it is true that he came here yesterday, in the evening.\n- No."

    assert break_lines(dialogue, EN, "srt") == dialogue


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("你好\n世界", "你好世界"),
        (
            "我告诉那个老人，我们再也不会回到这座房子里来了。",
            "我告诉那个老人，\n我们再也不会回到这座房子里来了。",
        ),
    ],
)
def test_chinese_is_joined_without_spaces_and_broken_after_punctuation(text: str, broken: str) -> None:
    assert break_lines(text, ZH, "srt") == broken


def test_what_fits_no_number_of_lines_gets_as_many_as_it_needs() -> None:
    lines = break_lines("word " * 60, EN, "srt").split("\n")

    assert len(lines) > EN.max_lines
    assert max(map(len, lines)) <= EN.cpl


def test_tags_count_nothing_and_are_never_cut() -> None:
    text = '<font color="#ffffff" face="Arial">These words here</font> are short enough.'

    assert break_lines(text, EN, "srt") == text


@given(
    st.lists(
        st.sampled_from(["a", "word", "longer-word", "你好，", "，", "<i>x</i>", "{\\an8}"]), max_size=40
    )
)
def test_nothing_but_white_space_changes(words: list[str]) -> None:
    text = " ".join(words)

    broken = break_lines(text, EN, "srt")

    assert "".join(broken.split()) == "".join(text.split())
    assert "".join(visible(broken, "srt").split()) == "".join(visible(text, "srt").split())
