"""Watches the nodes and model calls of one run: spans for tracing, counts for the metrics.

Our own graphs call models through tools/llm, which tells of every request; other graphs call them through
LangChain, whose callbacks tell of them here.
"""

import asyncio
import json
from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.errors import GraphBubbleUp
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from server import metrics
from tools.llm.failures import explain
from tools.llm.usage import CallRecord
from tools.llm.watching import Sending, is_sending

_tracer = trace.get_tracer("scriptorium")
_UNKNOWN = "unknown"


class CallWatch(BaseCallbackHandler):
    """One run's callback handler, and the watcher of its calls.

    The span that is current when it is made is the parent of all others.

    Args:
        records_content: Whether spans hold what was asked and answered.
    """

    run_inline = True  # in the order of events, not in a thread pool

    def __init__(self, *, records_content: bool = False) -> None:
        self._records_content = records_content
        self._run = trace.get_current_span()
        self._is_recording = self._run.is_recording()
        self._spans: dict[UUID, trace.Span] = {}
        self._parents: dict[UUID, UUID | None] = {}
        self._models: dict[UUID, tuple[str, float]] = {}  # and when it was asked

    @contextmanager
    def sending(self, request: Sending) -> Generator[None]:
        """As Watcher has it."""
        name, began = f"{request.provider}:{request.model}", perf_counter()
        span = self._begin(f"{request.operation} {request.model}", _present_run(), SpanKind.CLIENT)
        if span.is_recording():
            _describe(span, request)
        failure: str | None = None
        try:
            yield
        except BaseException as error:
            failure = _category(error)
            span.set_attribute("error.type", failure)
            span.set_status(Status(StatusCode.ERROR, failure))
            raise
        else:
            usage = request.usage
            span.set_attribute("gen_ai.usage.input_tokens", usage.input_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", usage.output_tokens)
            if self._records_content and span.is_recording():
                span.set_attribute("gen_ai.input.messages", json.dumps(request.request, ensure_ascii=False))
                span.set_attribute("gen_ai.output.messages", json.dumps(request.answer(), ensure_ascii=False))
        finally:
            span.end()
            metrics.model_called(name, seconds=perf_counter() - began, failure=failure)

    def called(self, record: CallRecord) -> None:
        """As Watcher has it."""
        usage = record.usage
        metrics.tokens_used(record.model, read=usage.input_tokens, written=usage.output_tokens)
        if usage.cost is not None and usage.currency is not None:
            metrics.model_paid(record.model, usage.cost, usage.currency)
        if usage.cache_hits:
            metrics.model_answer_kept(record.model)

    @property
    def ignore_chain(self) -> bool:
        """Nodes matter to tracing alone."""
        return not self._is_recording

    def on_chain_start(
        self,
        serialized: dict[str, Any] | None,
        inputs: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a node's span; what else LangChain calls a chain has none."""
        self._parents[run_id] = parent_run_id
        node = (metadata or {}).get("langgraph_node")
        if node is not None and any(tag.startswith("graph:step:") for tag in tags or ()):
            span = self._begin(f"node {node}", parent_run_id, SpanKind.INTERNAL)
            span.set_attribute("scriptorium.node", node)
            span.set_attribute("scriptorium.step", (metadata or {}).get("langgraph_step", 0))
            self._spans[run_id] = span

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """End it."""
        self._end(run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """End it; an interrupt or a drain is no failure."""
        self._end(run_id, None if isinstance(error, GraphBubbleUp) else error)

    def on_chat_model_start(
        self,
        serialized: dict[str, Any] | None,
        messages: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a model call's span, in the terms of OpenTelemetry's conventions for generative AI."""
        if is_sending():  # and has been told of
            self._parents[run_id] = parent_run_id
            return
        model = str((metadata or {}).get("ls_model_name") or _UNKNOWN)
        self._models[run_id] = model, perf_counter()
        span = self._begin(f"chat {model}", parent_run_id, SpanKind.CLIENT)
        span.set_attribute("gen_ai.operation.name", "chat")
        span.set_attribute("gen_ai.request.model", model)
        self._spans[run_id] = span

    def on_llm_start(
        self, serialized: dict[str, Any] | None, prompts: list[str], *, run_id: UUID, **kwargs: Any
    ) -> None:
        """A model that completes text is watched like one that chats."""
        self.on_chat_model_start(serialized, prompts, run_id=run_id, **kwargs)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """Count the call and, where the provider tells them, its tokens."""
        if run_id not in self._models:
            return self._end(run_id)
        model, began = self._models.pop(run_id)
        metrics.model_called(model, seconds=perf_counter() - began)
        if (usage := _usage(response)) is not None:
            read, written = usage
            metrics.tokens_used(model, read=read, written=written)
            if (span := self._spans.get(run_id)) is not None:
                span.set_attribute("gen_ai.usage.input_tokens", read)
                span.set_attribute("gen_ai.usage.output_tokens", written)
        return self._end(run_id)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Count the call as failed."""
        if run_id in self._models:
            model, began = self._models.pop(run_id)
            metrics.model_called(model, seconds=perf_counter() - began, failure=_category(error))
        self._end(run_id, error)

    def _begin(self, name: str, parent: UUID | None, kind: SpanKind) -> trace.Span:
        context = trace.set_span_in_context(self._nearest(parent))
        return _tracer.start_span(name, context, kind)

    def _nearest(self, parent: UUID | None) -> trace.Span:
        """The span of the closest ancestor that has one."""
        while parent is not None:
            if (span := self._spans.get(parent)) is not None:
                return span
            parent = self._parents.get(parent)
        return self._run

    def _end(self, run_id: UUID, error: BaseException | None = None) -> None:
        self._parents.pop(run_id, None)
        span = self._spans.pop(run_id, None)
        if span is None:
            return
        if error is not None:
            name = type(error).__name__
            span.set_attribute("error.type", name)
            span.set_status(Status(StatusCode.ERROR, name))
        span.end()


def _present_run() -> UUID | None:
    """The id under which LangChain knows what runs now: the node that calls."""
    return getattr((var_child_runnable_config.get() or {}).get("callbacks"), "parent_run_id", None)


def _describe(span: trace.Span, request: Sending) -> None:
    address = urlsplit(request.address)
    told: dict[str, str | int | None] = {
        "gen_ai.operation.name": request.operation,
        "gen_ai.provider.name": request.provider,
        "gen_ai.request.model": request.model,
        "server.address": address.hostname,
        "server.port": address.port,
        "scriptorium.role": request.role,
    }
    if (prompt := request.prompt) is not None:
        told |= {
            "scriptorium.prompt.id": prompt.id,
            "scriptorium.prompt.version": prompt.version,
            "scriptorium.prompt.hash": prompt.hash,
        }
    span.set_attributes({name: value for name, value in told.items() if value is not None})


def _category(error: BaseException) -> str:
    """What kind of failure it is; never its message, which may hold a text."""
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    return explain(error).category if isinstance(error, Exception) else type(error).__name__


def _usage(response: LLMResult) -> tuple[int, int] | None:
    """Tokens read and written, over all answers of a call; None where the provider tells nothing."""
    found = [
        generation.message.usage_metadata
        for generations in response.generations
        for generation in generations
        if isinstance(generation, ChatGeneration)
        and isinstance(generation.message, AIMessage)
        and generation.message.usage_metadata
    ]
    if not found:
        return None
    return sum(usage["input_tokens"] for usage in found), sum(usage["output_tokens"] for usage in found)
