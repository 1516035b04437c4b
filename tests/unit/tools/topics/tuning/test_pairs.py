"""Halves of documents that an embedding model is tuned by."""

import pytest

from tools.errors import InvalidInput
from tools.topics.tuning.pairs import find_pairs


def texts(count: int) -> list[str]:
    return [
        f"The first half of text {n} is here. Its second half, {n} again, stands here." for n in range(count)
    ]


def test_each_text_is_cut_once_between_sentences_and_a_tenth_is_held_out() -> None:
    pairs = find_pairs([*texts(200), "One sentence that stands alone."], seed=1)

    assert (len(pairs.seen), len(pairs.held_out), pairs.without) == (180, 20, 1)
    assert not set(pairs.seen) & set(pairs.held_out)
    assert ("The first half of text 7 is here.", "Its second half, 7 again, stands here.") in {
        *pairs.seen,
        *pairs.held_out,
    }


def test_the_cut_is_nearest_to_the_middle_in_chinese_too() -> None:
    long = "这是第一个句子，它比较长，里面有二十多个汉字在这里。第二个句子也很长，里面同样有二十多个汉字。"
    pairs = find_pairs([long + "第三个句子最长，它里面有二十多个汉字，而且还要再长一些才行。"] * 100, seed=1)

    first, second = pairs.seen[0]
    assert first.startswith("这是第一个")
    assert first.endswith("第二个句子也很长，里面同样有二十多个汉字。")
    assert second.startswith("第三个")


def test_the_seed_settles_what_is_held_out() -> None:
    assert find_pairs(texts(200), seed=1) == find_pairs(texts(200), seed=1)
    assert find_pairs(texts(200), seed=1).held_out != find_pairs(texts(200), seed=2).held_out


def test_too_few_pairs_are_refused_with_their_number() -> None:
    with pytest.raises(InvalidInput, match="99 of 100 texts") as refused:
        find_pairs([*texts(99), "Short."], seed=1)

    assert refused.value.code == "too_few_pairs"
    assert "tuning" in refused.value.hint
