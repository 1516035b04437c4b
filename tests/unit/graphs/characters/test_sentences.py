"""Counting sentences."""

import pytest

from graphs.characters.sentences import Sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("“Go!” he said. Then he went.", 3),
        ("他来了。“走吧！”她说。", 3),
        ("A heading\n\nA sentence.", 2),
        ("no end", 1),
        ("", 1),
        ("Well... yes.", 2),
    ],
)
def test_sentences_are_counted(text: str, count: int) -> None:
    assert len(Sentences(text)) == count


def test_offset_has_the_index_of_its_sentence() -> None:
    text = "One. Two. Three."

    assert [Sentences(text).index_at(text.index(word)) for word in ("One", "Two", "Three")] == [0, 1, 2]
