"""Faults that can be played again."""

import pytest

from evals.model_server.faults import FINAL, Fault, Faults

_QUESTIONS = [f"question {n}" for n in range(400)]


def _draw_all(faults: Faults, times: int = 1) -> list[Fault | None]:
    return [faults.draw(question) for _ in range(times) for question in _QUESTIONS]


def test_same_seed_plays_the_same_faults_in_any_order() -> None:
    one, other = Faults(seed=7, rate=0.5), Faults(seed=7, rate=0.5)
    forwards = [one.draw(question) for question in _QUESTIONS]
    backwards = [other.draw(question) for question in reversed(_QUESTIONS)]

    assert forwards == backwards[::-1]


def test_other_seed_plays_other_faults() -> None:
    assert _draw_all(Faults(seed=1, rate=0.5)) != _draw_all(Faults(seed=2, rate=0.5))


def test_rate_is_the_share_of_requests() -> None:
    faults = Faults(rate=0.25)
    _draw_all(faults)

    assert 70 <= faults.injected.total() <= 130


def test_rate_draws_no_fault_that_ends_a_job() -> None:
    assert not FINAL & {*_draw_all(Faults(rate=1), times=3)}


def test_lasting_fault_strikes_every_request_of_its_question() -> None:
    faults = Faults(lasting_rate=0.1)
    _draw_all(faults, times=3)

    assert faults.unanswered
    assert {len(set(faults.questions[question].outcomes)) for question in faults.unanswered} == {1}


def test_question_is_answered_when_its_last_request_was() -> None:
    faults = Faults.play(Fault.STALL, Fault.FENCE, None, Fault.EMPTY)
    for question in ("a", "a", "b", "b"):
        faults.draw(question)

    assert faults.unanswered == ["b"]


def test_played_faults_come_in_their_order_and_then_none() -> None:
    faults = Faults.play(Fault.CUT, None, Fault.EMPTY, after=1)

    assert [faults.draw("a") for _ in range(6)] == [None, Fault.CUT, None, Fault.EMPTY, None, None]


def test_fault_that_always_comes_can_come_later() -> None:
    faults = Faults.always(Fault.CUT, after=1)

    assert [faults.draw("a") for _ in range(3)] == [None, Fault.CUT, Fault.CUT]


def test_faults_are_read_from_a_command_line() -> None:
    faults = Faults.parse("seed=7,rate=.1,kinds=stall+cut,at=3:rate_limit+9:drop,slow_seconds=2")

    assert (faults.seed, faults.rate, faults.slow_seconds) == (7, 0.1, 2.0)
    assert faults.kinds == [Fault.STALL, Fault.CUT]
    assert faults.at == {3: Fault.RATE_LIMIT, 9: Fault.DROP}


@pytest.mark.parametrize("text", ["speed=1", "kinds=bad_luck", "at=3:bad_luck"])
def test_unknown_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"speed|bad_luck"):
        Faults.parse(text)


def test_fault_that_found_nothing_to_spoil_counts_as_an_answer() -> None:
    faults = Faults.always(Fault.MISSING_IDS)
    faults.draw("empty")
    faults.take_back("empty")
    faults.draw("full")

    assert faults.unanswered == ["full"]
    assert faults.injected == {Fault.MISSING_IDS: 1}
