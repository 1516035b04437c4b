"""Guidelines for clinicians in, versions for patients out: each sentence with its source, gates in front.

The nine nodes are the stages of the job; what a model is asked fans out between them. Without a model the
recommendations are found by rules and given in the guideline's own words. No version that a safety gate
objects to leaves without saying so.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph
from langgraph.types import TimeoutPolicy

from graphs.guideline import nodes, routes
from graphs.guideline.measuring import measured
from graphs.guideline.state import Input, Output, State
from graphs.policies import MODEL_TIME, RULES_TIME, STALLS, TOOL_CALLS, TOOL_TIME

_EXTRACTED = ["extract_batch", "knowledge_extraction"]
_WRITTEN = ["write_section", "extract_section", "progressive_writing", "quality_controller"]


def build(model_time: TimeoutPolicy = MODEL_TIME) -> StateGraph[State, None, Input, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer.

    Args:
        model_time: How long a node that asks the model may take.
    """
    graph = StateGraph(State, input_schema=Input, output_schema=Output)
    graph.add_node(
        "document_parser",
        measured("document_parser", nodes.document_parser),
        retry_policy=TOOL_CALLS,
        timeout=TOOL_TIME,
    )
    graph.add_node(
        "multimodal_processor",
        measured("multimodal_processor", nodes.multimodal_processor),
        timeout=RULES_TIME,
    )
    graph.add_node("cost_optimizer", measured("cost_optimizer", nodes.cost_optimizer), timeout=RULES_TIME)
    graph.add_node(
        "extract_batch",
        measured("extract_batch", nodes.extract_batch),
        retry_policy=STALLS,
        timeout=model_time,
    )
    graph.add_node(
        "knowledge_extraction",
        measured("knowledge_extraction", nodes.knowledge_extraction),
        timeout=RULES_TIME,
    )
    graph.add_node(
        "specialist_review",
        measured("specialist_review", nodes.specialist_review),
        retry_policy=STALLS,
        timeout=model_time,
    )
    graph.add_node("reviewed", measured("reviewed", nodes.reviewed), timeout=RULES_TIME)
    graph.add_node(
        "write_section",
        measured("write_section", nodes.write_section),
        retry_policy=STALLS,
        timeout=model_time,
    )
    graph.add_node("extract_section", measured("extract_section", nodes.extract_section), timeout=RULES_TIME)
    graph.add_node(
        "progressive_writing", measured("progressive_writing", nodes.progressive_writing), timeout=RULES_TIME
    )
    graph.add_node(
        "quality_controller", measured("quality_controller", nodes.quality_controller), timeout=RULES_TIME
    )
    graph.add_node("repair", measured("repair", nodes.repair), timeout=RULES_TIME)
    graph.add_node("human_review", nodes.human_review)
    graph.add_node(
        "performance_monitor", nodes.performance_monitor, retry_policy=TOOL_CALLS, timeout=TOOL_TIME
    )
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
        "quality_controller", routes.after_quality, ["repair", "human_review", "performance_monitor"]
    )
    graph.add_conditional_edges("repair", routes.to_repairs, ["write_section", "quality_controller"])
    graph.add_edge("human_review", "performance_monitor")
    graph.add_edge("performance_monitor", END)
    return graph


graph = build().compile()
