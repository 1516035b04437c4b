"""Goals of an eval."""

from evals.goals import Goals


def test_missed_goals_stand_in_the_verdict() -> None:
    goals = Goals()
    goals.at_least("recall", 0.5, 0.9)
    goals.at_most("seconds", 61, 60)
    goals.at_least("precision", 0.9, 0.9)

    assert goals.verdict == "MISSED: recall 0.5 < 0.9; seconds 61 > 60"


def test_without_a_miss_all_goals_are_reached() -> None:
    assert Goals().verdict == "all goals reached"
