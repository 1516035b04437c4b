"""What a node puts around its calls of models."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from langgraph.runtime import get_runtime

from graphs.progress import ModelUsed, UsageExpected, emit
from tools import heartbeat
from tools.llm.calling import afford, priced
from tools.llm.chat_models import current
from tools.llm.roles import Role
from tools.llm.usage import CallRecord, Usage
from tools.llm.watching import listen


@contextmanager
def model_calls() -> Generator[None]:
    """Inside the with block, waiting for a model is a sign of life, and each call's usage is an event."""
    with heartbeat.bind(get_runtime().heartbeat), listen(_tell):
        yield


class Consumed:
    """What the calls of models inside a block took."""

    def __init__(self) -> None:
        self.usage = Usage()

    def add(self, record: CallRecord) -> None:
        """Count a call."""
        self.usage += record.usage

    def fields(self) -> dict[str, Any]:
        """For the state."""
        return asdict(self.usage)


@contextmanager
def counted_calls() -> Generator[Consumed]:
    """As model_calls, and what they took is counted. What a program writes is a sign of life, too."""
    consumed = Consumed()
    with model_calls(), listen(consumed.add):
        yield consumed


async def expect(role: Role, least: Usage) -> None:
    """Tell what a run's calls will take, and end it before the first when its budget will not do.

    Args:
        role: Who is going to be asked; it is not offline.
        least: What all calls together will take at least, their number included.

    Raises:
        BudgetSpent: Less is left than that.
    """
    models = await current()
    expected = priced(models, role, least)
    emit(
        UsageExpected(
            role=role,
            model=models.require(role).name,
            calls=expected.calls,
            input_tokens=expected.input_tokens,
            output_tokens=expected.output_tokens,
            cost=expected.cost,
            currency=expected.currency,
        )
    )
    await afford(models, role, expected)


def _tell(record: CallRecord) -> None:
    usage = record.usage
    if usage.is_free and not usage.cache_hits:  # a call that failed
        return
    emit(
        ModelUsed(
            role=record.role,
            model=record.model,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached=usage.cache_hits > 0,
            cost=usage.cost,
            currency=usage.currency,
        )
    )
