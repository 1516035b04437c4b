"""The most probable speakers of all turns together."""

import random
from typing import cast

import pytest

from tools.novels.english import decoding
from tools.novels.english.scoring import Scorer

_TURNS = 400


class _Scores:
    """Seeded scores of a long conversation: three people, and who follows whom counts."""

    def __init__(self) -> None:
        chance = random.Random(3)  # noqa: S311 - repeatable, guards nothing
        self._turns = [{person: chance.random() for person in range(3)} for _ in range(_TURNS)]

    def turn(self, at: int) -> dict[int, float]:
        return self._turns[at]

    def transition(self, at: int, before: int | None, previous: int | None, person: int | None) -> float:
        del at
        return 0.5 * (person == before) - 0.3 * (person == previous)


@pytest.mark.parametrize("every", [1, 7, 256])
def test_what_is_written_down_early_is_what_the_end_would_have_said(
    monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    scorer = cast("Scorer", _Scores())
    monkeypatch.setattr(decoding, "_SETTLE_EVERY", _TURNS + 1)
    at_the_end = decoding.decode(scorer, _TURNS)
    monkeypatch.setattr(decoding, "_SETTLE_EVERY", every)

    assert len(at_the_end) == _TURNS
    assert decoding.decode(scorer, _TURNS) == at_the_end
