"""What every call to a model passes, over real HTTP: fallbacks, cache, prices, accounts, watchers."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date

import pytest
from pydantic import BaseModel

from evals.model_server import Answers, Fault, Faults, ModelServer, model_server
from prompts import PROMPTS
from tests.contract.serving import IMPATIENT
from tools.errors import BudgetSpent, ErrorCategory, ModelRefused, ModelUnavailable
from tools.llm import spending
from tools.llm.answer_cache import LocalAnswers
from tools.llm.chat_models import ChatModels
from tools.llm.choices import choose
from tools.llm.failures import explain
from tools.llm.layer import Layer
from tools.llm.limits import LocalCounters, Turns
from tools.llm.prices import Price
from tools.llm.retries import Backoff
from tools.llm.spending import Account, Budget, LocalLedger, Payer
from tools.llm.structured import Answer, Question, ask
from tools.llm.usage import CallRecord
from tools.llm.watching import Sending, watch

_PROMPT = PROMPTS["characters/names.en"]
_PRICE = Price(model="openai:*", input=1, output=1, currency="USD", date=date(2026, 1, 1), source="test")
_TWICE = 2  # sendings of a call


class Word(BaseModel):
    word: str


def _question(word: str = "one") -> Question[Word]:
    return Question(
        instructions="Say it.", data={"say": word}, schema=Word, check=lambda _: [], prompt=_PROMPT
    )


@dataclass
class Service:
    """Models on two servers, the first and its fallback, and what is written down of their calls."""

    first: ModelServer
    second: ModelServer
    models: ChatModels
    ledger: LocalLedger
    budget: Budget = field(default_factory=Budget)

    async def ask(self, word: str = "one") -> Answer[Word]:
        account = Account(payer=Payer(run="r", user="u"), ledger=self.ledger, run_budget=self.budget)
        with spending.bind(account):
            return await ask(self.models, "primary", _question(word))

    def asked(self) -> tuple[int, int]:
        return len(self.first.requests()), len(self.second.requests())


@contextmanager
def _serving(
    *faults: Fault,
    fallback: bool = True,
    cached: bool = False,
    second_fault: Fault | None = None,
) -> Iterator[Service]:
    answers = Answers.oracle(lambda data: {"word": data["say"]})
    others = Faults.always(second_fault) if second_fault else None
    with (
        model_server(answers, faults=Faults.play(*faults)) as first,
        model_server(answers, faults=others) as second,
    ):
        chosen = choose("openai:first", base_url=first.openai_url, api_key="sk-first")
        other = choose("openai:second", base_url=second.openai_url, api_key="sk-second")
        assert chosen is not None
        assert other is not None
        models = ChatModels(
            {"primary": chosen},
            fallbacks={"primary": other} if fallback else {},
            layer=Layer(
                turns=Turns(LocalCounters(4)),
                answers=LocalAnswers(60) if cached else None,
                prices=[_PRICE],
            ),
            limits=IMPATIENT,
            backoff=Backoff(attempts=_TWICE, first_seconds=0.01),
        )
        yield Service(first, second, models, LocalLedger())


def _models_of(service: Service) -> list[str]:
    return [record.model for record in service.ledger.records]


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.DROP, Fault.RATE_LIMIT, Fault.STALL])
async def test_when_a_model_is_out_of_order_its_fallback_answers_and_is_named(fault: Fault) -> None:
    with _serving(*[fault] * 9) as service:
        answer = await service.ask()

        assert answer.value.word == "one"
        assert service.asked() == (_TWICE, 1)
        assert _models_of(service) == ["openai:first", "openai:second"]


@pytest.mark.parametrize("fault", [Fault.CONTENT_FILTER, Fault.ARREARS, Fault.QUOTA])
async def test_when_a_model_refuses_its_fallback_is_asked_at_once(fault: Fault) -> None:
    with _serving(fault) as service:
        await service.ask()

        assert service.asked() == (1, 1)


async def test_a_bad_key_is_told_and_not_hidden_by_a_fallback() -> None:
    with _serving(Fault.BAD_KEY) as service:
        with pytest.raises(ModelRefused, match="401"):
            await service.ask()

        assert service.asked() == (1, 0)


async def test_a_model_that_is_out_of_order_is_left_alone_for_a_while() -> None:
    with _serving(*[Fault.UNAVAILABLE] * _TWICE) as service:
        for word in ("one", "two"):
            await service.ask(word)

        assert service.asked() == (_TWICE, 2)


async def test_a_text_that_a_filter_refuses_does_not_put_the_model_out_of_order() -> None:
    with _serving(Fault.CONTENT_FILTER) as service:
        for word in ("one", "two"):
            await service.ask(word)

        assert service.asked() == (2, 1)


async def test_when_both_fail_the_first_failure_is_told_and_the_other_in_its_hint() -> None:
    serving = _serving(Fault.CONTENT_FILTER, second_fault=Fault.UNAVAILABLE)
    with serving as service, pytest.raises(ModelRefused) as caught:
        await service.ask()

    assert caught.value.category is ErrorCategory.CONTENT_FILTER
    assert "openai:second" in caught.value.hint


async def test_without_a_fallback_the_failure_is_told() -> None:
    with _serving(*[Fault.UNAVAILABLE] * 9, fallback=False) as service:
        with pytest.raises(ModelUnavailable):
            await service.ask()

        assert [record.failure for record in service.ledger.records] == [ErrorCategory.CONNECTIVITY]


async def test_the_same_question_is_sent_once_and_the_hit_is_marked() -> None:
    with _serving(cached=True) as service:
        first, second = [await service.ask() for _ in range(2)]

        assert service.asked() == (1, 0)
        assert first.value == second.value
        assert [record.usage.cache_hits for record in service.ledger.records] == [0, 1]
        assert (second.usage.calls, second.usage.tokens, second.usage.cost) == (0, 0, None)


async def test_different_questions_are_each_sent() -> None:
    with _serving(cached=True) as service:
        words = [(await service.ask(word)).value.word for word in ("one", "two")]

        assert words == ["one", "two"]
        assert service.asked() == (2, 0)


async def test_an_unusable_answer_is_not_kept() -> None:
    with _serving(Fault.BAD_JSON, cached=True) as service:
        for _ in range(2):
            await service.ask()

        assert service.asked() == (3, 0)  # the question, its repair, and the question again


async def test_a_call_is_written_down_with_its_prompt_its_tokens_and_its_cost() -> None:
    with _serving() as service:
        answer = await service.ask()

    (record,) = service.ledger.records
    assert record.prompt is not None
    assert (record.prompt.id, record.prompt.version, record.prompt.hash) == (
        _PROMPT.id,
        _PROMPT.version,
        _PROMPT.hash,
    )
    assert (record.role, record.operation) == ("primary", "chat")
    assert record.usage.cost == pytest.approx(record.usage.tokens / 1e6)
    assert answer.usage == record.usage


async def test_a_budget_stops_the_next_call_before_it_is_sent() -> None:
    with _serving() as service:
        service.budget = Budget(tokens=1)
        await service.ask("one")
        with pytest.raises(BudgetSpent):
            await service.ask("two")

        assert service.asked() == (1, 0)


async def test_a_kept_answer_is_given_although_the_budget_is_spent() -> None:
    with _serving(cached=True) as service:
        service.budget = Budget(tokens=1)
        for _ in range(2):
            await service.ask()

        assert service.asked() == (1, 0)


@dataclass
class _Diary:
    """A watcher that writes down what it is told."""

    entries: list[str] = field(default_factory=list[str])

    def sending(self, request: Sending) -> AbstractContextManager[None]:
        return self._sending(request)

    @contextmanager
    def _sending(self, request: Sending) -> Iterator[None]:
        self.entries.append(f"sends to {request.model}")
        try:
            yield
        except Exception as error:
            self.entries.append(f"failed: {explain(error).category}")
            raise
        self.entries.append(f"answered, {request.usage.calls}")

    def called(self, record: CallRecord) -> None:
        self.entries.append(f"called {record.model}, {record.failure}")


async def test_a_watcher_is_told_of_every_sending_and_of_the_call() -> None:
    diary = _Diary()
    with _serving(Fault.UNAVAILABLE) as service, watch(diary):
        await service.ask()

    assert diary.entries == [
        "sends to first",
        "failed: connectivity",
        "sends to first",
        "answered, 1",
        "called openai:first, None",
    ]
