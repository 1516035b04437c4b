"""A film in other languages: heard or read, translated, erased, drawn, dubbed; as much of that as is wanted.

Each film is made in a step of its own, so that a run that resumes makes none twice. The translation is the
subtitles graph, inside one node. At the pauses a person may change cues, and have single ones done again.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph

from graphs.video import routes
from graphs.video.nodes import add_nodes
from graphs.video.request import Input
from graphs.video.state import Output, State


def build() -> StateGraph[State, None, Input, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer."""
    graph = StateGraph(State, input_schema=Input, output_schema=Output)
    add_nodes(graph)
    _connect(graph)
    return graph


def _connect(graph: StateGraph[State, None, Input, Output]) -> None:
    sources = ["hear", "read_picture", "load_words"]
    graph.add_edge(START, "look_at_film")
    graph.add_conditional_edges("look_at_film", routes.to_words, [*sources, "find_places"])
    for source in sources:
        graph.add_conditional_edges(source, routes.after_words, ["show_words", "keep_words"])
    graph.add_edge("show_words", "review_words")
    after_review = ["review_words", "hear_again", "read_again", "keep_words"]
    graph.add_conditional_edges("review_words", routes.after_review_of_words, after_review)
    graph.add_edge("hear_again", "show_words")
    graph.add_edge("read_again", "show_words")
    pictures = ["find_places", "plan_films"]
    told = ["label_emotions", "write_recap", *pictures]
    graph.add_conditional_edges("keep_words", routes.after_keeping_words, ["translate", *told])
    graph.add_conditional_edges(
        "translate", routes.after_translation, ["show_translations", "keep_translations"]
    )
    graph.add_edge("show_translations", "review_translations")
    after_review = ["review_translations", "translate_again", "keep_translations"]
    graph.add_conditional_edges("review_translations", routes.after_review_of_translations, after_review)
    graph.add_edge("translate_again", "show_translations")
    graph.add_conditional_edges("keep_translations", routes.to_telling, told)
    graph.add_conditional_edges("label_emotions", routes.to_places, pictures)
    graph.add_conditional_edges("write_recap", routes.to_places, pictures)
    graph.add_edge("find_places", "plan_films")
    graph.add_conditional_edges("plan_films", routes.to_film, ["make_film", "finish"])
    graph.add_conditional_edges("make_film", routes.to_film, ["make_film", "finish"])
    graph.add_edge("finish", END)


graph = build().compile()
