"""What a graph streams while it runs, part by part."""

from collections.abc import AsyncIterator
from typing import Any, Literal, cast
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import RunControl
from langgraph.types import StreamMode

from server.runs.catalog import AnyGraph
from server.stream.modes import graph_modes

Part = tuple[tuple[str, ...], StreamMode | Literal["events"], Any]  # namespace, mode, payload


async def stream_parts(
    graph: AnyGraph,
    given: Any,
    config: RunnableConfig,
    kwargs: dict[str, Any],
    *,
    run_id: str,
    control: RunControl,
) -> AsyncIterator[Part]:
    """Run a graph; its checkpoints are told whether they were asked for or not.

    Args:
        given: The graph's input, a Command, or None to go on.
        kwargs: Of the run.
    """
    wanted = kwargs["stream_mode"]
    options: dict[str, Any] = {
        "context": kwargs["context"] or None,
        "stream_mode": list(dict.fromkeys([*graph_modes(wanted), "checkpoints"])),
        "output_keys": graph.output_channels,
        "interrupt_before": kwargs["interrupt_before"],
        "interrupt_after": kwargs["interrupt_after"],
        "durability": kwargs["durability"],
        "subgraphs": True,
        "control": control,
    }
    runnable = cast("Any", graph)
    if "events" not in wanted:
        async for part in runnable.astream(given, config, **options):
            yield part
        return
    named: RunnableConfig = {**config, "run_id": UUID(run_id)}
    async for event in runnable.astream_events(given, named, version="v2", **options):
        if event["event"] == "on_chain_stream" and event["run_id"] == run_id:
            yield event["data"]["chunk"]  # of the graph itself: the parts of the other modes
        else:
            yield (), "events", event
