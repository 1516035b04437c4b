"""Talking with a person's voice: what was said goes in, replies that are theirs come out.

One thread is one conversation, one run what happens next in it. A run that is cancelled has taken note of
its input; the next one asks anew. Between an input and the request to the model stand two steps that ask
nobody: the store is read where a conversation begins, and not again.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from functools import partial

from langgraph.graph import END, START, StateGraph

from graphs.dialogue import nodes, routes
from graphs.dialogue.state import Output, Request, State
from graphs.policies import MODEL_TIME, TOOL_CALLS, TOOL_TIME

REPLY_SECONDS = 20.0  # after which a partner has turned away


def build(reply_seconds: float = REPLY_SECONDS) -> StateGraph[State, None, Request, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer and the store.

    Args:
        reply_seconds: How long replies may take; what is there by then is all there is.
    """
    graph = StateGraph(State, input_schema=Request, output_schema=Output)
    wanted = ["reply", "predict", "conclude", END]
    graph.add_node("take", nodes.take)
    graph.add_node("recall", nodes.recall, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("reply", partial(nodes.reply, seconds=reply_seconds), timeout=MODEL_TIME)
    graph.add_node("predict", nodes.predict, timeout=MODEL_TIME)
    graph.add_node("conclude", nodes.conclude, timeout=MODEL_TIME)
    graph.add_edge(START, "take")
    graph.add_conditional_edges("take", routes.after_taking, ["recall", *wanted])
    graph.add_conditional_edges("recall", routes.to_wanted, wanted)
    graph.add_edge("reply", END)
    graph.add_edge("predict", END)
    graph.add_edge("conclude", END)
    return graph


graph = build().compile()
