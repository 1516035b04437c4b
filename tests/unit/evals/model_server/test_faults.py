"""Faults that can be played again."""

from evals.model_server.faults import Fault, FaultPlan, question_key, spoil

_QUESTIONS = [f"question {n}" for n in range(400)]


def _draw_all(plan: FaultPlan, times: int = 1) -> list[Fault | None]:
    return [plan.draw(question) for _ in range(times) for question in _QUESTIONS]


def test_same_seed_plays_the_same_faults_in_any_order() -> None:
    one, other = FaultPlan(seed=7, rate=0.5), FaultPlan(seed=7, rate=0.5)
    forwards = [one.draw(question) for question in _QUESTIONS]
    backwards = [other.draw(question) for question in reversed(_QUESTIONS)]

    assert forwards == backwards[::-1]


def test_other_seed_plays_other_faults() -> None:
    assert _draw_all(FaultPlan(seed=1, rate=0.5)) != _draw_all(FaultPlan(seed=2, rate=0.5))


def test_rate_is_the_share_of_requests() -> None:
    plan = FaultPlan(rate=0.25)
    _draw_all(plan)

    assert 70 <= plan.injected.total() <= 130


def test_lasting_fault_strikes_every_request_of_its_question() -> None:
    plan = FaultPlan(lasting_rate=0.1)
    _draw_all(plan, times=3)

    assert plan.unanswered
    assert {len(set(plan.questions[question].outcomes)) for question in plan.unanswered} == {1}


def test_question_is_answered_when_its_last_request_was() -> None:
    plan = FaultPlan(rate=0.9)
    _draw_all(plan)

    assert all(
        plan.questions[question].outcomes[-1] not in (None, Fault.PROSE) for question in plan.unanswered
    )


def test_key_does_not_depend_on_the_order_of_fields() -> None:
    assert question_key({"a": 1, "b": 2}) == question_key({"b": 2, "a": 1})


def test_unknown_id_takes_the_place_of_a_known_one() -> None:
    assert spoil(Fault.UNKNOWN_IDS, {"quotes": [{"quote": "q12"}]}) == '{"quotes":[{"quote":"q912"}]}'


def test_missing_id_is_the_first() -> None:
    assert spoil(Fault.MISSING_IDS, {"names": ["q1", "q2"]}) == '{"names":["q2"]}'
