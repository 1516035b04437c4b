"""A graph that runs inside a node of another one."""

from collections.abc import Callable, Iterable
from typing import Any

from langgraph.config import get_stream_writer

Event = dict[str, Any]


def _all(event: Event) -> Event | None:
    return event


async def run_beneath(
    graph: Any,
    given: dict[str, Any],
    *,
    passed_on: Callable[[Event], Event | None] = _all,
    kept: Iterable[str] = (),
) -> dict[str, Any]:
    """Run a graph inside this node; its output. It keeps checkpoints of its own beneath those of the run.

    They end with the node: what is to outlive it, the graph above has to keep.

    Args:
        graph: Compiled, without a checkpointer.
        given: Its input, which it checks itself.
        passed_on: What the run tells of each of the graph's events; None: nothing.
        kept: Channels of its state that come with the output.
    """
    tell, output = get_stream_writer(), dict[str, Any]()
    modes, keys = ["custom", "values"], [*graph.output_channels, *kept]
    async for kind, chunk in graph.astream(given, stream_mode=modes, output_keys=keys):
        if kind == "values":
            output = chunk
        elif (event := passed_on(chunk)) is not None:
            tell(event)
    return output
