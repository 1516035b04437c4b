"""Where the dialogue graph goes next."""

from collections.abc import Sequence

from langgraph.graph import END

from graphs.dialogue.state import State

_NODES = {"replies": "reply", "opinion": "predict", "summary": "conclude"}


def after_taking(state: State) -> Sequence[str]:
    """To the store where it has to be asked, else to what is wanted."""
    return ["recall"] if state["asked"]["recalls"] else to_wanted(state)


def to_wanted(state: State) -> Sequence[str]:
    """Everything that is wanted, at once."""
    return [_NODES[wanted] for wanted in state["asked"]["want"]] or [END]
