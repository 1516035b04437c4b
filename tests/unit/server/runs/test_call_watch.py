"""Model calls as the metrics count them."""

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from server import metrics
from server.runs.call_watch import CallWatch

USAGE = {"input_tokens": 11, "output_tokens": 5, "total_tokens": 16}


def _value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(f"scriptorium_model_{name}_total", labels) or 0.0


def _model(*answers: AIMessage) -> GenericFakeChatModel:
    return GenericFakeChatModel(messages=iter(answers), metadata={"ls_model_name": "told"})


async def test_tokens_are_counted_where_the_provider_tells_them() -> None:
    before = [_value("tokens", model="told", direction=way) for way in ("input", "output")]

    await _model(AIMessage("x", usage_metadata=USAGE)).ainvoke("hi", {"callbacks": [CallWatch()]})  # type: ignore[arg-type]

    after = [_value("tokens", model="told", direction=way) for way in ("input", "output")]
    assert [b - a for a, b in zip(before, after, strict=True)] == [11, 5]


async def test_a_call_without_usage_counts_as_a_call_alone() -> None:
    calls = _value("calls", model="told", outcome="answered")
    tokens = _value("tokens", model="told", direction="input")

    await _model(AIMessage("x")).ainvoke("hi", {"callbacks": [CallWatch()]})

    assert _value("calls", model="told", outcome="answered") - calls == 1
    assert _value("tokens", model="told", direction="input") == tokens


async def test_a_failed_call_counts_as_failed() -> None:
    before = _value("calls", model="told", outcome="failed")

    with pytest.raises(RuntimeError):
        await _model().ainvoke("hi", {"callbacks": [CallWatch()]})

    assert _value("calls", model="told", outcome="failed") - before == 1
