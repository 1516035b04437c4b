"""Which questions go out together."""

from typing import Any, cast

from graphs.characters.plans import Planned, next_wave
from graphs.characters.state import WindowAnswer


def _plan(count: int) -> list[Planned]:
    return [Planned(f"k{number}", number, {}) for number in range(count)]


def _answers(*windows: int) -> list[WindowAnswer]:
    return [cast("WindowAnswer", {"window": number}) for number in windows]


def _numbers(wave: Any) -> list[int]:
    return [number for number, _ in wave.questions]


def test_a_wave_holds_the_first_questions_without_an_answer() -> None:
    wave = next_wave(_plan(6), _answers(0, 2), 3)

    assert _numbers(wave) == [1, 3, 4]
    assert (wave.planned, wave.answered) == (6, 2)


def test_a_failed_answer_is_not_asked_for_again() -> None:
    assert not next_wave(_plan(2), _answers(1, 0), 3).questions
