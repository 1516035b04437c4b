"""From a novel to an audiobook: people, script, voices, sound.

The people come from the characters graph, inside one node. Each chapter is spoken in a task of its own, and
each line is kept when it is spoken, so that a run that resumes speaks nothing twice.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph

from graphs.audiobook import directing, routes
from graphs.audiobook.nodes import add_nodes
from graphs.audiobook.state import Output, Request, State


def build() -> StateGraph[State, None, Request, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer."""
    graph = StateGraph(State, input_schema=Request, output_schema=Output)
    add_nodes(graph)
    spoken = ["speak_chapter", "finish"]
    graph.add_edge(START, "open_book")
    graph.add_conditional_edges("open_book", routes.after_opening, ["recognise", "write_lines"])
    graph.add_edge("recognise", "write_lines")
    graph.add_conditional_edges("write_lines", routes.after_script, ["plan_direction", "finish"])
    graph.add_conditional_edges("plan_direction", directing.after_plan, ["direct_window", "direct_lines"])
    graph.add_edge("direct_window", "direct_lines")
    graph.add_conditional_edges("direct_lines", routes.after_direction, ["cast_voices", "finish"])
    graph.add_edge("cast_voices", "estimate_work")
    graph.add_conditional_edges("estimate_work", routes.after_estimate, ["show_plan", *spoken])
    graph.add_edge("show_plan", "review_plan")
    after_review = ["review_plan", "write_lines", *spoken]
    graph.add_conditional_edges("review_plan", routes.after_review, after_review)
    graph.add_edge("speak_chapter", "hear_all")
    graph.add_conditional_edges("hear_all", routes.after_voices, ["make_book", "finish"])
    graph.add_edge("make_book", "finish")
    graph.add_edge("finish", END)
    return graph


graph = build().compile()
