"""Repeating calls that may pass the next time."""

from collections.abc import Awaitable, Callable

import pytest

from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError, ModelRefused, ModelUnavailable
from tools.llm.retries import Backoff, with_retries

_AT_ONCE = Backoff(attempts=3, first_seconds=0.0)


def _failing(*errors: Exception) -> tuple[Callable[[], Awaitable[str]], list[int]]:
    """A call that raises each error once and then answers, and the list of its calls."""
    left, calls = list(errors), list[int]()

    async def call() -> str:
        calls.append(1)
        if left:
            raise left.pop(0)
        return "answer"

    return call, calls


async def test_call_that_passes_later_is_repeated() -> None:
    call, calls = _failing(ModelUnavailable("busy"), TimeoutError())

    assert await with_retries(call, _AT_ONCE) == "answer"
    assert len(calls) == 3


async def test_attempts_are_bounded() -> None:
    call, calls = _failing(*[ModelUnavailable("busy")] * 9)

    with pytest.raises(ModelUnavailable):
        await with_retries(call, _AT_ONCE)

    assert len(calls) == 3


@pytest.mark.parametrize(
    "error",
    [
        ModelRefused("no key"),
        ModelRefused("filtered", category=ErrorCategory.CONTENT_FILTER),
        ModelAnswerInvalid("cut"),
    ],
    ids=lambda error: error.category,
)
async def test_hopeless_call_is_not_repeated(error: ModelError) -> None:
    call, calls = _failing(error)

    with pytest.raises(type(error)):
        await with_retries(call, _AT_ONCE)

    assert len(calls) == 1


@pytest.mark.parametrize(("failures", "shortest", "longest"), [(1, 0.25, 0.5), (2, 0.5, 1.0), (20, 30, 60)])
def test_delay_grows_with_failures_up_to_the_longest(failures: int, shortest: float, longest: float) -> None:
    assert shortest <= Backoff().delay(failures, None) <= longest


def test_server_that_names_a_delay_is_obeyed() -> None:
    assert 7 <= Backoff().delay(1, 7.0) <= 7.1


def test_server_cannot_ask_for_more_than_the_longest_delay() -> None:
    assert Backoff(longest_seconds=60).delay(1, 3600.0) == 60
