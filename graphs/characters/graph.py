"""Who speaks in a novel: the stages and what leads from one to the next.

Stages run rules; a ``*_window`` node asks the model about one window and is a task of its own, so that a
run that resumes asks only about the windows that are left. Without a model no window is asked.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph

from graphs.characters import nodes, routes
from graphs.characters.state import Input, Output, State


def build() -> StateGraph[State, None, Input, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer."""
    graph = StateGraph(State, input_schema=Input, output_schema=Output)
    graph.add_node("read", nodes.read)
    graph.add_node("chapters", nodes.chapters)
    graph.add_node("quotations", nodes.quotations)
    graph.add_node("names", nodes.names)
    graph.add_node("name_window", nodes.name_window)
    graph.add_node("aliases", nodes.aliases)
    graph.add_node("pair_window", nodes.pair_window)
    graph.add_node("settle", nodes.settle)
    graph.add_node("attribution", nodes.attribution)
    graph.add_node("speaker_window", nodes.speaker_window)
    graph.add_node("agree", nodes.agree)
    graph.add_node("relations", nodes.relations)
    graph.add_node("result", nodes.result)
    graph.add_edge(START, "read")
    graph.add_edge("read", "chapters")
    graph.add_edge("chapters", "quotations")
    graph.add_edge("quotations", "names")
    graph.add_conditional_edges("names", routes.after_names, ["name_window", "aliases"])
    graph.add_edge("name_window", "aliases")
    graph.add_conditional_edges("aliases", routes.after_aliases, ["pair_window", "attribution"])
    graph.add_edge("pair_window", "settle")
    graph.add_edge("settle", "attribution")
    graph.add_conditional_edges("attribution", routes.after_attribution, ["speaker_window", "relations"])
    graph.add_edge("speaker_window", "agree")
    graph.add_edge("agree", "relations")
    graph.add_edge("relations", "result")
    graph.add_edge("result", END)
    return graph


graph = build().compile()
