"""Budgets: what they stop, and who may lower them."""

import pytest

from tools.errors import BudgetSpent, InvalidInput
from tools.llm.spending import CONTEXT_KEY, Account, Budget, LocalLedger, Payer, lowered_by
from tools.llm.usage import CallRecord, Usage

_NOTHING = Usage()


def _record(**usage: object) -> CallRecord:
    return CallRecord(
        role="primary",
        operation="chat",
        model="openai:m",
        node="",
        prompt=None,
        usage=Usage(**usage),  # type: ignore[arg-type]
        seconds=1.0,
    )


async def _account(run: Budget, user: Budget | None = None, **spent: object) -> Account:
    ledger = LocalLedger()
    payer = Payer(run="r", user="u")
    await ledger.book(payer, _record(calls=1, **spent))
    return Account(payer=payer, ledger=ledger, run_budget=run, user_budget=user or Budget())


async def test_calls_begin_while_something_is_left() -> None:
    account = await _account(Budget(tokens=100), input_tokens=60, output_tokens=39)

    await account.check(_NOTHING, model="openai:m", is_priced=False)


@pytest.mark.parametrize(
    ("run", "user", "setting"),
    [
        (Budget(tokens=100), None, "MAX_TOKENS_PER_RUN"),
        (Budget(cost=1.5), None, "MAX_COST_PER_RUN"),
        (Budget(), Budget(tokens=100), "MAX_TOKENS_PER_USER_PER_DAY"),
        (Budget(), Budget(cost=1.5), "MAX_COST_PER_USER_PER_DAY"),
    ],
)
async def test_no_call_begins_once_a_budget_is_used_up(
    run: Budget, user: Budget | None, setting: str
) -> None:
    account = await _account(run, user, input_tokens=60, output_tokens=40, cost=1.5, currency="USD")

    with pytest.raises(BudgetSpent) as caught:
        await account.check(_NOTHING, model="openai:m", is_priced=True)

    assert caught.value.code == "budget_spent"
    assert setting in caught.value.hint


async def test_a_job_does_not_begin_when_less_is_left_than_it_is_expected_to_take() -> None:
    account = await _account(Budget(tokens=100), input_tokens=60)

    with pytest.raises(BudgetSpent, match="41 more are expected"):
        await account.check(Usage(calls=1, input_tokens=41), model="openai:m", is_priced=False)


async def test_a_limit_on_cost_lets_no_call_of_unknown_price_begin() -> None:
    account = await _account(Budget(cost=100.0))

    with pytest.raises(BudgetSpent) as caught:
        await account.check(_NOTHING, model="openai:m", is_priced=False)

    assert caught.value.code == "price_unknown"


def test_a_context_lowers_a_budget_and_cannot_raise_it() -> None:
    budget = Budget(tokens=100, cost=1.0)
    asked = {CONTEXT_KEY: {"tokens": 50, "cost": 9.0}}, {}, {CONTEXT_KEY: {"tokens": 70}}

    assert lowered_by(budget, *asked) == Budget(tokens=50, cost=1.0)


@pytest.mark.parametrize("given", [5, {"token": 5}, {"tokens": -1}, {"cost": "much"}, []])
def test_what_is_no_budget_is_refused_by_name(given: object) -> None:
    with pytest.raises(InvalidInput, match=CONTEXT_KEY):
        lowered_by(Budget(), {CONTEXT_KEY: given})
