"""Every node of the video graph: how long it may take, and when it is tried again."""

# LangGraph's own annotations leave type parameters open.
# pyright: reportUnknownMemberType=false

from collections.abc import Callable
from typing import Any

from langgraph.graph import StateGraph
from langgraph.types import RetryPolicy, TimeoutPolicy

from graphs.policies import FILM_TIME, RULES_TIME, STALLS, TOOL_CALLS, TOOL_TIME
from graphs.video.hearing import hear, hear_again
from graphs.video.looking import find_places, read_again, read_picture
from graphs.video.making import finish, keep_translations, keep_words, make_film, plan_films
from graphs.video.opening import load_words, look_at_film
from graphs.video.reviewing import review_translations, review_words, show_translations, show_words
from graphs.video.telling import label_emotions, write_recap
from graphs.video.translating import translate, translate_again

_Node = Callable[..., Any]

#: They fetch and store files.
_FILES: tuple[_Node, ...] = (look_at_film, load_words, keep_words, keep_translations)
#: They work on a film, or ask models, which repeat failed calls themselves.
_LONG: tuple[_Node, ...] = (
    *(hear, hear_again, read_picture, read_again, find_places),
    *(translate_again, label_emotions, write_recap, make_film),
)
#: They rearrange what is in the state, or wait for a person.
_QUICK: tuple[_Node, ...] = (
    *(show_words, review_words, show_translations, review_translations),
    *(plan_films, finish),
)


def add_nodes(graph: StateGraph[Any, Any, Any, Any]) -> None:
    """Add all nodes, each under its function's name."""
    for node in _FILES:
        _add(graph, node, TOOL_TIME, TOOL_CALLS)
    for node in _LONG:
        _add(graph, node, FILM_TIME, STALLS)
    for node in _QUICK:
        _add(graph, node, RULES_TIME, None)
    _add(graph, translate, None, None)  # its time and repeats are those of the graph inside


def _add(
    graph: StateGraph[Any, Any, Any, Any],
    node: _Node,
    time: TimeoutPolicy | None,
    repeats: RetryPolicy | None,
) -> None:
    graph.add_node(node.__name__, node, timeout=time, retry_policy=repeats)
