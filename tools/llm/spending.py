"""Whose calls these are, what they may consume, and what they have consumed.

Whoever runs a graph binds an Account around the run. Without one nothing is limited, and calls are only told
to those who listen.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import BudgetSpent, InvalidInput
from tools.llm.usage import CallRecord, Usage

BUDGET_CURRENCY = "USD"
CONTEXT_KEY = "model_budget"  #: Under which an assistant or a run states a budget of its own.

_SETTINGS = {
    ("run", "tokens"): "MAX_TOKENS_PER_RUN",
    ("run", "cost"): "MAX_COST_PER_RUN",
    ("user", "tokens"): "MAX_TOKENS_PER_USER_PER_DAY",
    ("user", "cost"): "MAX_COST_PER_USER_PER_DAY",
}


class Budget(BaseModel):
    """How much may be consumed; None: no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tokens: int | None = Field(default=None, ge=0)  #: Read and written.
    cost: float | None = Field(default=None, ge=0)  #: In BUDGET_CURRENCY.

    def lowered(self, other: "Budget") -> "Budget":
        """The lower of both, limit by limit."""
        return Budget(tokens=_lower(self.tokens, other.tokens), cost=_lower(self.cost, other.cost))

    @property
    def is_open(self) -> bool:
        """Whether it limits nothing."""
        return self.tokens is None and self.cost is None


NO_LIMIT = Budget()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a run, or a user on one day, has consumed so far."""

    tokens: int = 0
    cost: float = 0.0  #: In BUDGET_CURRENCY, of the calls whose price is known.

    def plus(self, usage: Usage) -> "Spent":
        """The same with one more call."""
        in_currency = usage.cost is not None and usage.currency == BUDGET_CURRENCY
        return Spent(
            tokens=self.tokens + usage.tokens, cost=self.cost + ((usage.cost or 0.0) if in_currency else 0.0)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who consumes."""

    run: str
    user: str


class Ledger(Protocol):
    """Where it is written down what was consumed."""

    async def spent(self, payer: Payer) -> tuple[Spent, Spent]:
        """By the run, and by its user today (UTC)."""
        ...

    async def book(self, payer: Payer, record: CallRecord) -> None:
        """Write a call down."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A run's account with the models."""

    payer: Payer
    ledger: Ledger
    run_budget: Budget = NO_LIMIT
    user_budget: Budget = NO_LIMIT  #: Of a day.

    @property
    def is_limited(self) -> bool:
        """Whether a budget limits anything."""
        return not (self.run_budget.is_open and self.user_budget.is_open)

    async def check(self, expected: Usage, *, model: str, is_priced: bool) -> None:
        """Let calls begin only while nothing is used up, and only if what they are expected to take is left.

        Args:
            expected: What is ahead; calls whose size nobody knows are empty.
            model: "provider:model", for the message.
            is_priced: Whether its price is known, in BUDGET_CURRENCY.

        Raises:
            BudgetSpent: A budget is used up, or too small; or it limits cost and the price is unknown.
        """
        if not self.is_limited:
            return
        if not is_priced and (self.run_budget.cost is not None or self.user_budget.cost is not None):
            raise BudgetSpent(
                f"the cost of this run is limited, but no price in {BUDGET_CURRENCY} is known for {model!r}",
                hint="Add its price to configs/models.yaml, or limit tokens instead.",
                code="price_unknown",
            )
        by_run, by_user = await self.ledger.spent(self.payer)
        _compare("run", self.run_budget, by_run, expected)
        _compare("user", self.user_budget, by_user, expected)


def _compare(whose: Literal["run", "user"], budget: Budget, spent: Spent, expected: Usage) -> None:
    after = spent.plus(expected)
    for unit, limit, used, needed in (
        ("tokens", budget.tokens, spent.tokens, after.tokens),
        ("cost", budget.cost, spent.cost, after.cost),
    ):
        if limit is None or (used < limit and needed <= limit):
            continue
        who = "this run" if whose == "run" else "this user today"
        shown = "tokens" if unit == "tokens" else BUDGET_CURRENCY
        ahead = f", and {needed - used:g} more are expected" if needed > used else ""
        raise BudgetSpent(
            f"the budget of {who} is {limit:g} {shown}; {used:g} are used{ahead}",
            hint=f"Raise {_SETTINGS[whose, unit]} (or the run's own budget) and go on from where it stands.",
        )


def parse_budget(given: object) -> Budget:
    """A budget as a request or an assistant states it: an object with ``tokens``, ``cost`` or both.

    Raises:
        InvalidInput: It is something else.
    """
    try:
        return Budget.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, (CONTEXT_KEY, *first["loc"])))
        raise InvalidInput(
            f"{where}: {first['msg']}",
            hint=f"A budget has tokens (a number) and cost (in {BUDGET_CURRENCY}), both at least 0.",
            code="invalid_budget",
        ) from None


def lowered_by(budget: Budget, *contexts: Mapping[str, Any]) -> Budget:
    """A budget, lowered by the one under CONTEXT_KEY of each context that has one; none of them raises it."""
    for context in contexts:
        if context.get(CONTEXT_KEY) is not None:
            budget = budget.lowered(parse_budget(context[CONTEXT_KEY]))
    return budget


def _lower(one: Any, other: Any) -> Any:
    known = [value for value in (one, other) if value is not None]
    return min(known) if known else None


@dataclass(slots=True)
class LocalLedger:
    """Keeps accounts in this process, for as long as it lives, of one user on one day."""

    records: list[CallRecord] = field(default_factory=list[CallRecord])
    _spent: Spent = field(default_factory=Spent)

    async def spent(self, payer: Payer) -> tuple[Spent, Spent]:
        """As Ledger has it."""
        return self._spent, self._spent

    async def book(self, payer: Payer, record: CallRecord) -> None:
        """As Ledger has it."""
        self.records.append(record)
        self._spent = self._spent.plus(record.usage)


_bound: ContextVar[Account | None] = ContextVar("account", default=None)


@contextmanager
def bind(account: Account) -> Generator[None]:
    """Have this account pay for the calls of the code inside the with block, and of the tasks it starts."""
    token = _bound.set(account)
    try:
        yield
    finally:
        _bound.reset(token)


def current() -> Account | None:
    """The bound account."""
    return _bound.get()
