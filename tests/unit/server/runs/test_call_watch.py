"""Model calls as the metrics count them."""

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from prompts import PROMPTS
from server import metrics
from server.runs.call_watch import CallWatch
from tools.errors import ErrorCategory, ModelRefused
from tools.llm import watching
from tools.llm.usage import CallRecord, Usage
from tools.llm.watching import Sending

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


def _sending() -> Sending:
    return Sending(
        role="primary",
        operation="rerank",
        provider="openai",
        model="ours",
        address="http://127.0.0.1:1/v1",
        prompt=PROMPTS["characters/names.en"],
        request={"text": "a secret"},
    )


def _count(name: str, **labels: str) -> float:
    return (
        metrics.REGISTRY.get_sample_value(f"scriptorium_model_{name}", {"model": "openai:ours", **labels})
        or 0.0
    )


def test_a_request_of_our_own_layer_is_counted_and_timed() -> None:
    before = _count("calls_total", outcome="answered"), _count("seconds_count")

    with CallWatch().sending(_sending()):
        pass

    after = _count("calls_total", outcome="answered"), _count("seconds_count")
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]


def test_a_failed_request_is_counted_by_its_category() -> None:
    before = _count("errors_total", category="content_filter")

    with pytest.raises(ModelRefused), CallWatch().sending(_sending()):
        raise ModelRefused("no", category=ErrorCategory.CONTENT_FILTER)

    assert _count("errors_total", category="content_filter") - before == 1


def test_a_call_is_counted_with_its_tokens_its_cost_and_its_cache_hits() -> None:
    names = (
        ("tokens_total", {"direction": "input"}),
        ("cost_total", {"currency": "USD"}),
        ("cache_hits_total", {}),
    )
    before = [_count(name, **labels) for name, labels in names]
    for usage in (Usage(calls=1, input_tokens=7, cost=0.5, currency="USD"), Usage(cache_hits=1)):
        CallWatch().called(
            CallRecord(
                role="primary",
                operation="chat",
                model="openai:ours",
                node="",
                prompt=None,
                usage=usage,
                seconds=1.0,
            )
        )

    assert [_count(name, **labels) - b for (name, labels), b in zip(names, before, strict=True)] == [
        7,
        0.5,
        1,
    ]


async def test_a_model_that_is_called_for_a_request_of_ours_is_not_counted_twice() -> None:
    before = _value("calls", model="told", outcome="answered")

    watch = CallWatch()
    with watching.watch(watch), watching.sending(_sending()):
        await _model(AIMessage("x")).ainvoke("hi", {"callbacks": [watch]})

    assert _value("calls", model="told", outcome="answered") == before


@pytest.mark.parametrize("records_content", [False, True])
def test_a_span_holds_what_was_asked_only_when_that_is_wanted(records_content: bool) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    patch = pytest.MonkeyPatch()
    patch.setattr("server.runs.call_watch._tracer", provider.get_tracer("test"))
    with CallWatch(records_content=records_content).sending(_sending()):
        pass
    patch.undo()

    (span,) = exporter.get_finished_spans()
    told = dict(span.attributes or {})
    assert span.name == "rerank ours"
    assert told["gen_ai.provider.name"] == "openai"
    assert told["scriptorium.prompt.hash"] == PROMPTS["characters/names.en"].hash
    assert ("a secret" in span.to_json()) is records_content
