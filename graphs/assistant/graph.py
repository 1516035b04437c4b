"""Talking to an assistant that has jobs done: it asks, proposes, starts them, answers from what they made.

One thread is one conversation. A job runs inside the run that proposed it, as a graph of its own beneath this
one: what it has done is kept in the thread, its questions reach the user, and a restart loses no step of it.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph

from graphs.assistant import nodes
from graphs.assistant.jobs import TOOLS
from graphs.assistant.state import Output, Request, State
from graphs.policies import MODEL_TIME, TOOL_CALLS, TOOL_TIME


def after_taking(state: State) -> str:
    """To work where the message agrees to what was proposed."""
    return "work" if state["proposal"] is not None else "answer"


def after_answer(state: State) -> str:
    """To the first call, or to the end of the turn."""
    return "prepare" if nodes.open_calls(state) else END


def after_preparing(state: State) -> str:
    """To the user, to work, to the next call, or to what is to be said."""
    proposal = state["proposal"]
    if proposal is not None:
        return "confirm" if TOOLS[proposal["job"]].is_confirmed else "work"
    return "prepare" if nodes.open_calls(state) else "answer"


def after_confirming(state: State) -> str:
    """To work where the user agreed."""
    return "work" if state["proposal"] is not None else after_preparing(state)


def build() -> StateGraph[State, None, Request, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer and the store."""
    graph = StateGraph(State, input_schema=Request, output_schema=Output)
    graph.add_node("take", nodes.take, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("answer", nodes.answer, timeout=MODEL_TIME)
    graph.add_node("prepare", nodes.prepare, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("confirm", nodes.confirm)
    graph.add_node("work", nodes.work)
    graph.add_edge(START, "take")
    graph.add_conditional_edges("take", after_taking, ["work", "answer"])
    graph.add_conditional_edges("answer", after_answer, ["prepare", END])
    graph.add_conditional_edges("prepare", after_preparing, ["confirm", "work", "prepare", "answer"])
    graph.add_conditional_edges("confirm", after_confirming, ["work", "prepare", "answer"])
    graph.add_conditional_edges("work", after_preparing, ["prepare", "answer"])
    return graph


graph = build().compile()
