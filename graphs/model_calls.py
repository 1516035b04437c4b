"""What a node puts around its calls of models."""

from collections.abc import Generator
from contextlib import contextmanager

from langgraph.runtime import get_runtime

from graphs.progress import ModelUsed, emit
from tools import heartbeat
from tools.llm.usage import CallRecord
from tools.llm.watching import listen


@contextmanager
def model_calls() -> Generator[None]:
    """Inside the with block, waiting for a model is a sign of life, and each call's usage is an event."""
    with heartbeat.bind(get_runtime().heartbeat), listen(_tell):
        yield


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
