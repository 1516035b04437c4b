"""How fast answers come, and in which pieces."""

import pytest

from evals.model_server import Pace
from evals.model_server.pace import count_tokens, split


@pytest.mark.parametrize(
    "text", ["", "How are you?", "你好，世界。", " \n\n two  spaces ", "unbelievableness"]
)
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


def test_chinese_characters_are_tokens_each() -> None:
    assert count_tokens("你好 world") == 3


def test_paced_text_comes_a_token_at_a_time() -> None:
    assert [*Pace(tokens_per_second=9).chunks("one two three")] == ["one", " two", " three"]


def test_unpaced_text_comes_in_four_pieces_or_more() -> None:
    assert len(Pace().chunks("word " * 8)) >= 4


def test_delay_is_the_same_for_the_same_request_and_within_its_bounds() -> None:
    pace = Pace(latency_seconds=1, jitter_seconds=0.5, seed=3)
    delays = [pace.delay(number) for number in range(50)]

    assert delays == [pace.delay(number) for number in range(50)]
    assert 1 <= min(delays) < max(delays) <= 1.5
