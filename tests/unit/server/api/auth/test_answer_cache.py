"""For how long, and for whom, an answer of ``authenticate`` holds."""

from typing import Any

import pytest

from server.api.auth.answer_cache import AnswerCache
from server.runs.langgraph_json import AuthCacheSpec

ANN = {"authorization": "ann", "x-tenant": "a", "accept": "text/plain"}


class Clock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def cache(clock: Clock, **keys: Any) -> AnswerCache:
    given = {"cache_keys": ["Authorization", "x-tenant"], "ttl_seconds": 10, "max_size": 2} | keys
    return AnswerCache(AuthCacheSpec.model_validate(given), clock)


def test_an_answer_holds_for_its_time_and_no_longer(clock: Clock) -> None:
    kept = cache(clock)
    caller = kept.caller(ANN)
    assert caller is not None
    kept.keep(caller, {"identity": "ann"})

    clock.seconds = 9.9
    assert kept.recall(caller) == {"identity": "ann"}
    clock.seconds = 10
    assert kept.recall(caller) is None


@pytest.mark.parametrize(
    ("other", "is_same"),
    [(ANN | {"accept": "x"}, True), (ANN | {"x-tenant": "b"}, False), ({"authorization": "ann"}, False)],
)
def test_callers_are_told_apart_by_the_headers_that_are_named(
    clock: Clock, other: dict[str, str], is_same: bool
) -> None:
    kept = cache(clock)

    assert (kept.caller(other) == kept.caller(ANN)) is is_same


def test_who_sends_none_of_the_headers_is_asked_each_time(clock: Clock) -> None:
    assert cache(clock).caller({"accept": "x"}) is None


def test_what_was_not_used_for_longest_goes_first(clock: Clock) -> None:
    kept = cache(clock)
    for name in ("a", "b"):
        kept.keep((name, None), {"identity": name})
    kept.recall(("a", None))

    kept.keep(("c", None), {"identity": "c"})

    assert [kept.recall((name, None)) is not None for name in ("a", "b", "c")] == [True, False, True]
