"""Which language a text is in, by its script; and words that only look translated."""

import pytest

from tools.translation.pseudo import pseudo_localise
from tools.translation.scripts import language_by_script


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("他说：“走吧。”", "zh"),
        ("彼は「行こう」と言った。", "ja"),
        ("그는 가자고 말했다.", "ko"),
        ("He said: go.", None),
        ("Он сказал.", None),
        ("The word 走 means to go, as everybody knows.", None),
        ("12 + 3", None),
    ],
)
def test_a_script_of_one_language_tells_it_and_others_do_not(text: str, language: str | None) -> None:
    assert language_by_script(text) == language


def test_pseudo_localised_words_keep_their_marks_and_are_longer() -> None:
    assert pseudo_localise("Open ⟦1⟧ now") == "[Öpéñ ⟦1⟧ ñöw~~~~]"
