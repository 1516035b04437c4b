"""A film in other languages: heard or read, translated, erased, drawn, dubbed; as much of that as is wanted.

Each film is made in a step of its own, so that a run that resumes makes none twice. The translation is the
subtitles graph, inside one node. At the pauses a person may change cues, and have single ones done again.
"""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from langgraph.graph import END, START, StateGraph

from graphs.policies import FILM_TIME, RULES_TIME, STALLS, TOOL_CALLS, TOOL_TIME
from graphs.video import hearing, looking, making, opening, reviewing, routes, telling, translating
from graphs.video.request import Input
from graphs.video.state import Output, State


def build() -> StateGraph[State, None, Input, Output]:
    """The graph, not yet compiled: whoever runs it brings the checkpointer."""
    graph = StateGraph(State, input_schema=Input, output_schema=Output)
    graph.add_node("look_at_film", opening.look_at_film, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("hear", hearing.hear, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("read_picture", looking.read_picture, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("load_words", opening.load_words, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("show_words", reviewing.show_words, timeout=RULES_TIME)
    graph.add_node("review_words", reviewing.review_words, timeout=RULES_TIME)
    graph.add_node("hear_again", hearing.hear_again, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("read_again", looking.read_again, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("keep_words", making.keep_words, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("translate", translating.translate)  # its time and repeats are those of the graph inside
    graph.add_node("show_translations", reviewing.show_translations, timeout=RULES_TIME)
    graph.add_node("review_translations", reviewing.review_translations, timeout=RULES_TIME)
    graph.add_node("translate_again", translating.translate_again, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("keep_translations", making.keep_translations, retry_policy=TOOL_CALLS, timeout=TOOL_TIME)
    graph.add_node("label_emotions", telling.label_emotions, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("write_recap", telling.write_recap, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("find_places", looking.find_places, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("plan_films", making.plan_films, timeout=RULES_TIME)
    graph.add_node("make_film", making.make_film, retry_policy=STALLS, timeout=FILM_TIME)
    graph.add_node("finish", making.finish, timeout=RULES_TIME)
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
