"""A graph that runs inside a node of another one."""

from collections.abc import Callable
from typing import Any

from langgraph.config import get_stream_writer

Event = dict[str, Any]


def _all(event: Event) -> Event | None:
    return event


async def run_beneath(
    graph: Any, given: dict[str, Any], *, passed_on: Callable[[Event], Event | None] = _all
) -> dict[str, Any]:
    """Run a graph inside this node; its output. It keeps checkpoints of its own beneath those of the run.

    Args:
        graph: Compiled, without a checkpointer.
        given: Its input, which it checks itself.
        passed_on: What the run tells of each of the graph's events; None: nothing.
    """
    tell, output = get_stream_writer(), dict[str, Any]()
    modes = ["custom", "values"]
    async for kind, chunk in graph.astream(given, stream_mode=modes, output_keys=graph.output_channels):
        if kind == "values":
            output = chunk
        elif (event := passed_on(chunk)) is not None:
            tell(event)
    return output
