"""From a novel to an audiobook: people, script, voices, sound.

The people come from the characters graph, inside one node. Each chapter is spoken in a task of its own, and
each line is kept when it is spoken, so that a run that resumes speaks nothing twice.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph

from graphs.audiobook import casting, making, reading, routes, speaking
from graphs.audiobook.state import Output, Request, State
from graphs.policies import FILM_TIME, RULES_TIME, STALLS, TOOL_CALLS, TOOL_TIME


def build() -> StateGraph[State, None, Request, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer."""
    graph = StateGraph(State, input_schema=Request, output_schema=Output)
    graph.add_node("open_book", reading.open_book, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("recognise", reading.recognise)  # its time and repeats are those of the graph inside
    graph.add_node("write_lines", reading.write_lines, retry_policy=TOOL_CALLS, timeout=RULES_TIME)
    graph.add_node("cast_voices", casting.cast_voices, retry_policy=TOOL_CALLS, timeout=RULES_TIME)
    graph.add_node("estimate_work", casting.estimate, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("show_plan", casting.show_plan, timeout=RULES_TIME)
    graph.add_node("review_plan", casting.review_plan, timeout=RULES_TIME)
    graph.add_node("speak_chapter", speaking.speak_chapter, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("make_book", making.make_book, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("finish", reading.finish, timeout=RULES_TIME)
    spoken = ["speak_chapter", "finish"]
    graph.add_edge(START, "open_book")
    graph.add_conditional_edges("open_book", routes.after_opening, ["recognise", "write_lines"])
    graph.add_conditional_edges("recognise", routes.after_recognition, ["write_lines", "finish"])
    graph.add_conditional_edges("write_lines", routes.after_script, ["cast_voices", "finish"])
    graph.add_edge("cast_voices", "estimate_work")
    graph.add_conditional_edges("estimate_work", routes.after_estimate, ["show_plan", *spoken])
    graph.add_edge("show_plan", "review_plan")
    after_review = ["review_plan", "write_lines", *spoken]
    graph.add_conditional_edges("review_plan", routes.after_review, after_review)
    graph.add_conditional_edges("speak_chapter", routes.after_voices, ["make_book", "finish"])
    graph.add_edge("make_book", "finish")
    graph.add_edge("finish", END)
    return graph


graph = build().compile()
