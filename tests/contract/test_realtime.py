"""What a conversation over a WebSocket keeps to."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from evals.model_server import Answers, Fault, Pace
from evals.model_server.sound import samples
from tests.contract.serving import DASHSCOPE, KEY, Served, given_up_once_answered, serving, until
from tools.errors import BudgetSpent, ErrorCategory, ModelRefused, ModelUnavailable
from tools.llm import spending
from tools.llm.chat_models import ChatModels
from tools.llm.realtime import HEARING_RATE, RealtimeOptions, RealtimeSession, open_realtime
from tools.llm.realtime_events import Interrupted, RealtimeEvent, ResponseEnded, Spoken, TurnEnded, Written
from tools.llm.spending import Account, Budget, LocalLedger, Payer

_ANSWER = "Good day to you, and a good journey."
_SILENCE = b"\0" * HEARING_RATE * 2  # one second


@contextmanager
def _serving(
    *faults: Fault, key: str = KEY, pace: Pace | None = None, text: str = _ANSWER
) -> Iterator[Served]:
    with serving(
        DASHSCOPE,
        *faults,
        answers=Answers.of(lambda _: text),
        role="realtime",
        model="qwen3.5-omni-plus-realtime",
        pace=pace,
        key=key,
    ) as served:
        yield served


async def _until_the_end(session: RealtimeSession) -> list[RealtimeEvent]:
    events: list[RealtimeEvent] = []
    async for event in session:
        events.append(event)
        if isinstance(event, ResponseEnded):
            break
    return events


def _text(events: list[RealtimeEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Written))


@pytest.mark.parametrize(("budget", "answers"), [(Budget(), 2), (Budget(tokens=1), 1)])
async def test_each_answer_is_paid_and_the_last_one_is_when_the_budget_is_spent(
    budget: Budget, answers: int
) -> None:
    ledger = LocalLedger()
    account = Account(payer=Payer(run="r", user="u"), ledger=ledger, run_budget=budget)
    given = 0
    with _serving() as served, spending.bind(account), suppress(BudgetSpent):
        async with open_realtime(served.models, RealtimeOptions()) as session:
            await session.write("Hello")
            async for event in session:
                if isinstance(event, ResponseEnded):
                    given += 1
                    if given == 2:
                        break
                    await session.write("Hello again")

    assert given == answers
    opened, *answered = ledger.records
    assert opened.usage.is_free
    assert [record.usage.output_tokens > 0 for record in answered] == [True] * answers


async def test_text_is_answered_in_pieces() -> None:
    with _serving() as served:
        async with open_realtime(served.models, RealtimeOptions(instructions="Be kind.")) as session:
            await session.write("Hello")
            events = await _until_the_end(session)

    assert _text(events) == _ANSWER
    assert len(events) > 3
    assert isinstance(events[-1], ResponseEnded)
    assert events[-1].is_whole
    assert session.usage.output_tokens > 0


async def test_speech_is_answered_in_speech_when_the_speaker_falls_silent() -> None:
    with _serving() as served:
        async with open_realtime(served.models, RealtimeOptions(voice="Tina")) as session:
            await session.hear(samples("Hello, who is there?", HEARING_RATE))
            await session.hear(_SILENCE)
            events = await _until_the_end(session)

    assert [type(event) for event in events[:2]] == [Interrupted, TurnEnded]
    assert _text(events) == _ANSWER
    assert b"".join(event.samples for event in events if isinstance(event, Spoken))


async def test_speech_may_be_ended_by_hand() -> None:
    with _serving() as served:
        async with open_realtime(served.models, RealtimeOptions(hears_turns=False)) as session:
            await session.hear(samples("Hello", HEARING_RATE))
            await session.commit()
            events = await _until_the_end(session)

    assert _text(events) == _ANSWER


async def test_answer_can_be_cancelled_and_another_one_follows() -> None:
    with _serving(pace=Pace(tokens_per_second=20), text="word " * 40) as served:
        async with open_realtime(served.models, RealtimeOptions()) as session:
            await session.write("Hello")
            async for event in session:
                if isinstance(event, Written):
                    break
            await session.cancel()
            ended = (await _until_the_end(session))[-1]
            await session.write("Once more")
            again = await _until_the_end(session)

    assert isinstance(ended, ResponseEnded)
    assert ended.status == "cancelled"
    assert _text(again) == "word " * 40


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SILENT_CUT, Fault.STALL, Fault.CORRUPT_CHUNK])
async def test_half_an_answer_never_passes_for_a_whole(fault: Fault) -> None:
    with _serving(fault) as served:
        async with open_realtime(served.models, RealtimeOptions()) as session:
            await session.write("Hello")
            with pytest.raises(ModelUnavailable):
                await _until_the_end(session)


@pytest.mark.parametrize(
    ("fault", "category"),
    [
        (Fault.ARREARS, ErrorCategory.QUOTA),
        (Fault.QUOTA, ErrorCategory.QUOTA),
        (Fault.CONTENT_FILTER, ErrorCategory.CONTENT_FILTER),
    ],
)
async def test_refusal_of_an_answer_has_its_category(fault: Fault, category: ErrorCategory) -> None:
    with _serving(fault) as served:
        async with open_realtime(served.models, RealtimeOptions()) as session:
            await session.write("Hello")
            with pytest.raises(ModelRefused) as caught:
                await _until_the_end(session)

    assert caught.value.category is category


async def test_wrong_key_opens_no_conversation() -> None:
    with _serving(key="wrong") as served, pytest.raises(ModelRefused, match="401") as caught:
        async with open_realtime(served.models, RealtimeOptions()):
            pass

    assert caught.value.category is ErrorCategory.AUTHENTICATION


async def test_a_conversation_given_up_as_it_opens_leaves_no_connection_open() -> None:
    with _serving() as served:

        async def talk(models: ChatModels) -> None:
            async with open_realtime(models, RealtimeOptions()):
                raise AssertionError("it was given up before")

        await given_up_once_answered(served, talk)

        await until(lambda: not served.connections)
