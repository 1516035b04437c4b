"""Every node of the audiobook graph: how long it may take, and when it is tried again."""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from typing import Any

from langgraph.graph import StateGraph

from graphs.audiobook import casting, directing, making, reading, speaking
from graphs.policies import FILM_TIME, MODEL_TIME, RULES_TIME, STALLS, TOOL_CALLS, TOOL_TIME


def add_nodes(graph: StateGraph[Any, Any, Any, Any]) -> None:
    """Add all nodes."""
    graph.add_node("open_book", reading.open_book, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("recognise", reading.recognise)  # its time and repeats are those of the graph inside
    graph.add_node("write_lines", reading.write_lines, retry_policy=TOOL_CALLS, timeout=RULES_TIME)
    graph.add_node("plan_direction", directing.plan_direction, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("direct_window", directing.direct_window, retry_policy=STALLS, timeout=MODEL_TIME)
    graph.add_node("direct_lines", directing.direct_lines, retry_policy=TOOL_CALLS, timeout=RULES_TIME)
    graph.add_node("cast_voices", casting.cast_voices, retry_policy=TOOL_CALLS, timeout=RULES_TIME)
    graph.add_node("estimate_work", casting.estimate, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("show_plan", casting.show_plan, timeout=RULES_TIME)
    graph.add_node("review_plan", casting.review_plan, timeout=RULES_TIME)
    graph.add_node("speak_chapter", speaking.speak_chapter, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("hear_all", speaking.hear_all, timeout=RULES_TIME)
    graph.add_node("make_book", making.make_book, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("finish", reading.finish, timeout=RULES_TIME)
