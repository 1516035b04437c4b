"""Where the dialogue graph goes next.

The functions are asynchronous though they wait for nothing: LangGraph would run others in a thread.
"""

from collections.abc import Sequence

from langgraph.graph import END

from graphs.dialogue.state import State

_NODES = {"replies": "reply", "opinion": "predict", "summary": "conclude"}


async def after_taking(state: State) -> Sequence[str]:
    """To the store where it has to be asked, else to what is wanted."""
    return ["recall"] if state["asked"]["recalls"] else await to_wanted(state)


async def to_wanted(state: State) -> Sequence[str]:
    """Everything that is wanted, at once."""
    return [_NODES[wanted] for wanted in state["asked"]["want"]] or [END]
