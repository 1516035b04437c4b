"""Who speaks in a novel: the stages and what leads from one to the next.

Stages run rules; a ``*_window`` node asks the model about one window and is a task of its own, so that a
run that resumes asks only about the windows that are left. Windows go out in waves: a ``more_*`` node is
where the tasks of one wave come together. Without a model no window is asked.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph
from langgraph.types import TimeoutPolicy

from graphs.characters import nodes, routes
from graphs.characters.state import Input, Output, State
from graphs.policies import MODEL_TIME, RULES_TIME, STALLS, TOOL_CALLS, TOOL_TIME


def build(model_time: TimeoutPolicy = MODEL_TIME) -> StateGraph[State, None, Input, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer.

    Args:
        model_time: How long a node that asks the model may take.
    """
    graph = StateGraph(State, input_schema=Input, output_schema=Output)
    graph.add_node("read", nodes.read, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    # Rules give the same result again, and the same failure.
    graph.add_node("chapters", nodes.chapters, timeout=RULES_TIME)
    graph.add_node("quotations", nodes.quotations, timeout=RULES_TIME)
    graph.add_node("names", nodes.names, timeout=RULES_TIME)
    graph.add_node("name_window", nodes.name_window, retry_policy=STALLS, timeout=model_time)
    graph.add_node("more_names", nodes.next_wave, timeout=RULES_TIME)
    graph.add_node("aliases", nodes.aliases, timeout=RULES_TIME)
    graph.add_node("pair_window", nodes.pair_window, retry_policy=STALLS, timeout=model_time)
    graph.add_node("settle", nodes.settle, timeout=RULES_TIME)
    graph.add_node("attribution", nodes.attribution, timeout=RULES_TIME)
    graph.add_node("speaker_window", nodes.speaker_window, retry_policy=STALLS, timeout=model_time)
    graph.add_node("more_speakers", nodes.next_wave, timeout=RULES_TIME)
    graph.add_node("agree", nodes.agree, timeout=RULES_TIME)
    graph.add_node("second_window", nodes.second_window, retry_policy=STALLS, timeout=model_time)
    graph.add_node("more_second", nodes.next_wave, timeout=RULES_TIME)
    graph.add_node("agree_again", nodes.agree_again, timeout=RULES_TIME)
    graph.add_node("relations", nodes.relations, timeout=RULES_TIME)
    graph.add_node("portrait_window", nodes.portrait_window, retry_policy=STALLS, timeout=model_time)
    graph.add_node("draw", nodes.draw, timeout=RULES_TIME)
    graph.add_node("result", nodes.result, timeout=RULES_TIME)
    graph.add_node("review", nodes.review, timeout=RULES_TIME)
    graph.add_node("edit", nodes.edit, timeout=RULES_TIME)
    graph.add_edge(START, "read")
    graph.add_conditional_edges("read", routes.after_reading, ["chapters", "edit"])
    graph.add_edge("chapters", "quotations")
    graph.add_edge("quotations", "names")
    for node in ("names", "more_names"):
        graph.add_conditional_edges(node, routes.after_names, ["name_window", "aliases"])
    graph.add_edge("name_window", "more_names")
    graph.add_conditional_edges("aliases", routes.after_aliases, ["pair_window", "attribution"])
    graph.add_edge("pair_window", "settle")
    graph.add_edge("settle", "attribution")
    after_rules = ["speaker_window", "agree", "relations"]
    for node in ("attribution", "more_speakers"):
        graph.add_conditional_edges(node, routes.after_attribution, after_rules)
    graph.add_edge("speaker_window", "more_speakers")
    after_models = ["second_window", "agree_again", "relations"]
    for node in ("agree", "more_second"):
        graph.add_conditional_edges(node, routes.after_agreeing, after_models)
    graph.add_edge("second_window", "more_second")
    graph.add_edge("agree_again", "relations")
    after_ties = ["portrait_window", "draw", "result"]
    graph.add_conditional_edges("relations", routes.after_relations, after_ties)
    graph.add_edge("portrait_window", "draw")
    graph.add_edge("draw", "result")
    graph.add_conditional_edges("result", routes.after_result, ["review", END])
    graph.add_edge("review", "edit")
    graph.add_edge("edit", END)
    return graph


graph = build().compile()
