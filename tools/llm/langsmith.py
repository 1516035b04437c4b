"""LangSmith, told of requests that pass no client of LangChain's, where its variables ask for that."""

# LangSmith's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from typing import Any

from langsmith import RunTree, get_current_run_tree
from langsmith.utils import tracing_is_enabled

from tools.llm.choices import ModelChoice
from tools.llm.deltas import Delta
from tools.llm.usage import Usage


async def traced(
    choice: ModelChoice, body: Mapping[str, Any], deltas: AsyncIterable[Delta]
) -> AsyncGenerator[Delta]:
    """The deltas of an answer; LangSmith is shown it and the request, below the node that asks."""
    run = _began(choice, body) if tracing_is_enabled() else None
    if run is None:
        async for delta in deltas:
            yield delta
        return
    text, usage = "", Usage()
    try:
        async for delta in deltas:
            text, usage = text + delta.text, delta.usage or usage
            yield delta
    except BaseException as error:
        run.end(error=type(error).__name__)  # its message may hold a text
        raise
    else:
        counted = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        run.end(outputs={"text": text, "usage_metadata": {**counted, "total_tokens": usage.tokens}})
    finally:
        run.patch()


def _began(choice: ModelChoice, body: Mapping[str, Any]) -> RunTree:
    told = {"ls_provider": choice.provider, "ls_model_name": choice.model, "ls_model_type": "chat"}
    what: dict[str, Any] = {
        "name": choice.name,
        "run_type": "llm",
        "inputs": {"messages": body["messages"]},
        "extra": {"metadata": told},
    }
    parent = get_current_run_tree()
    run = parent.create_child(**what) if parent else RunTree(**what)
    run.post()
    return run
