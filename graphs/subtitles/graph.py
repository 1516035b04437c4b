"""Subtitles in other languages, at other times, or judged: every cue that goes in comes out.

Lanes are translated side by side; a run that resumes asks for no batch twice. Without a model nothing is
translated, and every cue says so; times and conformity need none.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph
from langgraph.types import TimeoutPolicy

from graphs import translation_routes
from graphs.policies import MODEL_TIME, RULES_TIME, STALLS, TOOL_CALLS, TOOL_TIME
from graphs.subtitles import nodes, routes
from graphs.subtitles.desk import prepare
from graphs.subtitles.state import Input, Output, State
from graphs.translation_lanes import lane_node
from graphs.translation_quality import judge
from graphs.translation_terms import after_finding_terms, review_new_terms, use_new_terms
from tools.subtitles.wording import tag_check


def build(model_time: TimeoutPolicy = MODEL_TIME) -> StateGraph[State, None, Input, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer.

    Args:
        model_time: How long a node that asks the model may take.
    """
    graph = StateGraph(State, input_schema=Input, output_schema=Output)
    graph.add_node("read", nodes.read, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("plan", nodes.plan, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("find_terms", nodes.find_terms, timeout=MODEL_TIME)
    graph.add_node("review_terms", review_new_terms, timeout=RULES_TIME)
    graph.add_node("use_terms", use_new_terms, timeout=RULES_TIME)
    graph.add_node("translate_lane", lane_node(tag_check, model_time, prepare))
    graph.add_node("join", nodes.join, timeout=RULES_TIME)
    graph.add_node("pretend", nodes.pretend, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("gather", nodes.gather, timeout=RULES_TIME)
    graph.add_node("shorten_batch", nodes.shorten_batch, retry_policy=STALLS, timeout=model_time)
    graph.add_node("settle", nodes.join, timeout=RULES_TIME)
    graph.add_node("judge_batch", judge, retry_policy=STALLS, timeout=model_time)
    graph.add_node("weigh", nodes.weigh, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("review", nodes.review, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("render", nodes.render, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    after_batches = ["translate_lane", "pretend", "gather", "render"]
    graph.add_edge(START, "read")
    graph.add_edge("read", "plan")
    graph.add_conditional_edges("plan", routes.after_planning, ["find_terms", *after_batches])
    graph.add_conditional_edges("find_terms", after_finding_terms, ["review_terms", "use_terms"])
    graph.add_edge("review_terms", "use_terms")
    graph.add_conditional_edges("use_terms", routes.to_lanes, after_batches)
    graph.add_edge("translate_lane", "join")
    graph.add_conditional_edges("join", routes.to_lanes, after_batches)
    graph.add_edge("pretend", "gather")
    graph.add_conditional_edges("gather", routes.to_shorter, ["shorten_batch", "judge_batch", "weigh"])
    graph.add_edge("shorten_batch", "settle")
    graph.add_conditional_edges("settle", translation_routes.to_judges, ["judge_batch", "weigh"])
    graph.add_edge("judge_batch", "weigh")
    graph.add_conditional_edges("weigh", translation_routes.after_weighing, ["review", "render"])
    graph.add_edge("review", "render")
    graph.add_edge("render", END)
    return graph


graph = build().compile()
