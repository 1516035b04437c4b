"""The one path that every call to a model takes, whatever is asked for.

In this order: the cache is asked, then the budget; then, as often as it is worth it, the call waits for its
turn and is sent. When the model is out of order or refuses, the role's fallback is asked the same way. What
was consumed is priced, booked and told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from time import perf_counter
from typing import Any, Generic, TypeVar

import orjson
from langchain_core.runnables.config import var_child_runnable_config
from pydantic import SecretStr

from prompts import Prompt
from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError, ModelRefused, ModelUnavailable
from tools.llm import spending, watching
from tools.llm.answer_cache import answer_key, answered_once, as_it_is
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.prices import price_of, with_cost
from tools.llm.retries import with_retries
from tools.llm.roles import Role
from tools.llm.usage import Answered, CallRecord, Operation, Usage

T = TypeVar("T")

_BYTES_PER_TOKEN = 3  # at most: four of English, three of Chinese, which is one character
_EXPECTED_OUTPUT = 500  # tokens, until the answer says more
_REASONS_TO_ASK_ANOTHER = (ErrorCategory.CONTENT_FILTER, ErrorCategory.QUOTA)


def _always(_: object) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """One request, before it is known how often it has to be sent."""

    role: Role
    operation: Operation
    send: Callable[[ModelChoice], Awaitable[Answered[T]]]  #: Sends it once, to the model that it is given.
    request: Mapping[str, Any] | None = None
    """All that the answer depends on but the model and its parameters, as JSON. None: never cached."""
    as_json: Callable[[T], Any] = as_it_is  #: The answer as JSON can hold it, for the cache and for tracing.
    from_json: Callable[[Any], T] = as_it_is  #: The answer again.
    keep: Callable[[T], bool] = _always  #: Whether an answer may be cached.
    prompt: Prompt | None = None  #: What the request was made from.


async def perform(models: ChatModels, call: Call[T]) -> Answered[T]:
    """Send the request until it is answered, or nothing more is worth trying.

    Raises:
        ModelUnavailable: No answer came, however often the call was repeated.
        ModelRefused: The role is offline, or the provider will not answer.
        ModelAnswerInvalid: The answer is of no use.
        BudgetSpent: The run, or its user, may consume no more.
    """
    try:
        answered = await _ask_in_order(models, call)
    except ModelUnavailable:
        models.note_failure()
        raise
    models.note_answer()
    return answered


def priced(models: ChatModels, role: Role, expected: Usage) -> Usage:
    """What calls are expected to take, with what that costs; None where no price is known.

    Args:
        models: The models.
        role: Who is going to be asked.
        expected: What all calls together will take, their number included.
    """
    choice, calls = models.require(role), max(1, expected.calls)
    one = Usage(
        calls=1, input_tokens=expected.input_tokens // calls, output_tokens=expected.output_tokens // calls
    )
    of_one = with_cost(one, choice, models.layer.prices)
    cost = of_one.cost * calls if of_one.cost is not None else None
    return replace(expected, cost=cost, currency=of_one.currency)


async def afford(models: ChatModels, role: Role, expected: Usage) -> None:
    """Ask whether a job's budget will do, before it begins.

    Args:
        models: The models.
        role: Who is going to be asked.
        expected: What all calls together will take at least, as ``priced`` has it.

    Raises:
        BudgetSpent: Less is left than that.
    """
    account = spending.current()
    if account is None:
        return
    await account.check(
        expected,
        model=models.require(role).name,
        is_priced=expected.currency == spending.BUDGET_CURRENCY,
    )


async def consumed(
    models: ChatModels, choice: ModelChoice, usage: Usage, *, role: Role, operation: Operation, seconds: float
) -> Usage:
    """Write down what a call consumed after it was opened; returns that with its price."""
    paid = with_cost(usage, choice, models.layer.prices)
    record = _record(choice, paid, role=role, operation=operation, prompt=None, seconds=seconds, failure=None)
    await _book(record)
    return paid


async def consumed_in_turn(
    models: ChatModels, choice: ModelChoice, usage: Usage, *, role: Role, operation: Operation, seconds: float
) -> None:
    """Write down what one answer of a conversation consumed, and end it when nothing is left for more.

    Raises:
        BudgetSpent: The run, or its user, may consume no more.
    """
    await consumed(models, choice, usage, role=role, operation=operation, seconds=seconds)
    await _check_budget(models, choice)


async def _check_budget(models: ChatModels, choice: ModelChoice) -> None:
    account = spending.current()
    if account is None or not account.is_limited:
        return
    price = price_of(choice, models.layer.prices)
    is_priced = price is not None and price.currency == spending.BUDGET_CURRENCY
    await account.check(Usage(), model=choice.name, is_priced=is_priced)


async def _ask_in_order(models: ChatModels, call: Call[T]) -> Answered[T]:
    """Ask the role's model, and its fallback when that is what the failure calls for."""
    first, second = models.require(call.role), models.fallback(call.role)
    if second is None:
        return await _ask(models, call, first)
    if models.is_out_of_order(first):
        return await _ask(models, call, second)
    try:
        return await _ask(models, call, first)
    except (ModelUnavailable, ModelRefused) as error:
        if isinstance(error, ModelRefused) and error.category not in _REASONS_TO_ASK_ANOTHER:
            raise
        if error.category is not ErrorCategory.CONTENT_FILTER:  # which is the text's fault, not the model's
            models.note_out_of_order(first)
        try:
            return await _ask(models, call, second)
        except ModelError as other:
            error.hint = (
                f"{error.hint} The fallback {second.name} did not answer either: {other.message}".strip()
            )
            raise error from other


async def _ask(models: ChatModels, call: Call[T], choice: ModelChoice) -> Answered[T]:
    """Ask one model, or the cache, and book what it took."""
    answers = models.layer.answers
    began = perf_counter()

    async def send() -> Answered[T]:
        return await _send_repeatedly(models, call, choice)

    try:
        if answers is None or call.request is None:
            answered = await send()
        else:
            key = answer_key(call.operation, _parameters(choice), call.request)
            answered = await answered_once(
                answers, key, send, call.keep, as_json=call.as_json, from_json=call.from_json
            )
    except ModelError as error:
        # An answer that cannot be used was paid for all the same; what it cost, nobody knows.
        usage = Usage(calls=1) if isinstance(error, ModelAnswerInvalid) else Usage()
        await _book(_record_of(call, choice, usage, perf_counter() - began, error.category))
        raise
    await _book(_record_of(call, choice, answered.usage, perf_counter() - began, None))
    return answered


async def _send_repeatedly(models: ChatModels, call: Call[T], choice: ModelChoice) -> Answered[T]:
    layer = models.layer
    await _check_budget(models, choice)
    tokens = _expected_tokens(call) if layer.turns.counts_tokens(choice.name) else 0

    async def once() -> Answered[T]:
        async with layer.turns.turn(choice.name, tokens) as ticket:
            request = watching.Sending(
                role=call.role,
                operation=call.operation,
                provider=choice.provider,
                model=choice.model,
                address=choice.base_url,
                prompt=call.prompt,
                request=call.request,
            )
            with watching.sending(request):
                answered = await call.send(choice)
                usage = with_cost(answered.usage, choice, layer.prices)
                request.usage, request.answer = usage, partial(call.as_json, answered.value)
            ticket.tokens = usage.tokens or ticket.tokens
        # Whoever waited for this turn sends its question before the answer is looked at.
        await asyncio.sleep(0)
        return answered.priced(usage, choice.name)

    return await with_retries(once, models.backoff)


def _record_of(
    call: Call[Any], choice: ModelChoice, usage: Usage, seconds: float, failure: ErrorCategory | None
) -> CallRecord:
    return _record(
        choice,
        usage,
        role=call.role,
        operation=call.operation,
        prompt=call.prompt,
        seconds=seconds,
        failure=failure,
    )


def _record(choice: ModelChoice, usage: Usage, **what: Any) -> CallRecord:
    config = var_child_runnable_config.get() or {}
    node = config.get("metadata", {}).get("langgraph_node", "")
    return CallRecord(model=choice.name, node=str(node), usage=usage, **what)


async def _book(record: CallRecord) -> None:
    watching.called(record)
    if (account := spending.current()) is not None:
        await account.ledger.book(account.payer, record)


def _parameters(choice: ModelChoice) -> dict[str, Any]:
    """All of a choice but its secrets."""
    values = {each.name: getattr(choice, each.name) for each in fields(choice)}
    return {name: value for name, value in values.items() if not isinstance(value, SecretStr)}


def _expected_tokens(call: Call[Any]) -> int:
    asked = orjson.dumps(call.request) if call.request is not None else b""
    return len(asked) // _BYTES_PER_TOKEN + _EXPECTED_OUTPUT
