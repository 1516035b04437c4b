"""Guidelines for clinicians in, versions for patients out: each sentence with its source, gates in front.

The nine nodes are the stages of the job; what a model is asked fans out between them. Without a model the
recommendations are found by rules and given in the guideline's own words. No version that a safety gate
objects to leaves without saying so.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import TimeoutPolicy

from graphs.guideline import nodes, routes
from graphs.guideline.measuring import measured
from graphs.guideline.state import Input, Output, State
from graphs.policies import MODEL_TIME, RULES_TIME, STALLS, TOOL_CALLS, TOOL_TIME

_EXTRACTED = ["extract_batch", "knowledge_extraction"]
_RELEASED = ["translate_section", "performance_monitor"]
_WRITTEN = ["write_section", "extract_section", "progressive_writing", "quality_controller"]


def build(model_time: TimeoutPolicy = MODEL_TIME) -> StateGraph[State, None, Input, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer.

    Args:
        model_time: How long a node that asks the model may take.
    """
    graph = StateGraph(State, input_schema=Input, output_schema=Output)
    rules: dict[str, Any] = {"timeout": RULES_TIME}
    tool: dict[str, Any] = {"retry_policy": TOOL_CALLS, "timeout": TOOL_TIME}
    asking: dict[str, Any] = {"retry_policy": STALLS, "timeout": model_time}
    measured_nodes: list[tuple[Any, dict[str, Any]]] = [
        (nodes.document_parser, tool),
        (nodes.multimodal_processor, tool),
        (nodes.cost_optimizer, rules),
        (nodes.extract_batch, asking),
        (nodes.knowledge_extraction, rules),
        (nodes.specialist_review, asking),
        (nodes.reviewed, rules),
        (nodes.write_section, asking),
        (nodes.extract_section, rules),
        (nodes.progressive_writing, rules),
        (nodes.quality_controller, rules),
        (nodes.judge_section, asking),
        (nodes.repair, rules),
        (nodes.translate_section, asking),
    ]
    for node, policies in measured_nodes:
        graph.add_node(node.__name__, measured(node.__name__, node), **policies)
    # A person takes as long as it takes, and what is paid for is written whatever the clock says.
    graph.add_node("human_review", nodes.human_review)
    graph.add_node("performance_monitor", nodes.performance_monitor, **tool)
    graph.add_edge(START, "document_parser")
    graph.add_edge("document_parser", "multimodal_processor")
    graph.add_edge("multimodal_processor", "cost_optimizer")
    graph.add_conditional_edges("cost_optimizer", routes.to_extraction, _EXTRACTED)
    graph.add_edge("extract_batch", "knowledge_extraction")
    graph.add_conditional_edges(
        "knowledge_extraction", routes.to_reviewers, ["specialist_review", "reviewed"]
    )
    graph.add_edge("specialist_review", "reviewed")
    graph.add_conditional_edges("reviewed", routes.to_writers, _WRITTEN)
    graph.add_edge("write_section", "progressive_writing")
    graph.add_edge("extract_section", "quality_controller")
    graph.add_conditional_edges("progressive_writing", routes.to_writers, _WRITTEN)
    graph.add_conditional_edges(
        "quality_controller", routes.after_quality, ["judge_section", "repair", "human_review", *_RELEASED]
    )
    graph.add_edge("judge_section", "quality_controller")
    graph.add_conditional_edges("repair", routes.to_repairs, ["write_section", "quality_controller"])
    graph.add_conditional_edges("human_review", routes.to_translation, _RELEASED)
    graph.add_edge("translate_section", "performance_monitor")
    graph.add_edge("performance_monitor", END)
    return graph


graph = build().compile()
