"""Texts and what is known of them in; topics that can be defended out: measured, named and compared.

The data steward reads and cleans, the modelling analyst plans, trains and chooses, the domain expert names
and merges under guard; a person confirms columns, plan and topics. Models are trained side by side in
processes of their own, or wherever else trainings run. A finished result is asked about and edited by the
same graph.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from typing import Any

from langgraph.graph import END, START, StateGraph

from graphs.policies import FILM_TIME, MODEL_TIME, RULES_TIME, STALLS, TOOL_CALLS
from graphs.topics import nodes, routes
from graphs.topics.state import Input, Output, State


def build() -> StateGraph[State, None, Input, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer."""
    graph = StateGraph(State, input_schema=Input, output_schema=Output)
    # Jobs tell of themselves while they run, so they are given up only when they have gone silent.
    job: dict[str, Any] = {"retry_policy": TOOL_CALLS, "timeout": FILM_TIME}
    asking: dict[str, Any] = {"retry_policy": STALLS, "timeout": MODEL_TIME}
    rules: dict[str, Any] = {"timeout": RULES_TIME}
    # A person takes as long as it takes.
    person: dict[str, Any] = {}
    all_nodes: list[tuple[Any, dict[str, Any]]] = [
        (nodes.data_steward, job),
        (nodes.confirm_columns, person),
        (nodes.prepare_corpus, job),
        (nodes.modeling_analyst, rules),
        (nodes.approve_plan, person),
        (nodes.tune_embeddings, job),
        (nodes.embed_texts, asking),
        (nodes.train_model, job),
        (nodes.evaluate, rules),
        (nodes.describe_topics, job),
        (nodes.label_topic, asking),
        (nodes.domain_expert, asking),
        (nodes.review_topics, person),
        (nodes.report, job),
        (nodes.answer_question, asking),
    ]
    for node, policies in all_nodes:
        graph.add_node(node.__name__, node, **policies)
    graph.add_edge(START, "data_steward")
    graph.add_conditional_edges(
        "data_steward", routes.after_reading, ["confirm_columns", "describe_topics", "answer_question"]
    )
    graph.add_edge("confirm_columns", "prepare_corpus")
    graph.add_edge("prepare_corpus", "modeling_analyst")
    graph.add_edge("modeling_analyst", "approve_plan")
    graph.add_edge("approve_plan", "tune_embeddings")
    graph.add_edge("tune_embeddings", "embed_texts")
    graph.add_conditional_edges("embed_texts", routes.to_sweep, ["train_model"])
    graph.add_edge("train_model", "evaluate")
    graph.add_conditional_edges("evaluate", routes.after_evaluation, ["train_model", "describe_topics"])
    graph.add_conditional_edges("describe_topics", routes.to_labels, ["label_topic", "domain_expert"])
    graph.add_edge("label_topic", "domain_expert")
    graph.add_conditional_edges("domain_expert", routes.after_expert, ["describe_topics", "review_topics"])
    graph.add_conditional_edges("review_topics", routes.after_review, ["describe_topics", "report"])
    graph.add_edge("report", END)
    graph.add_edge("answer_question", END)
    return graph


graph = build().compile()
