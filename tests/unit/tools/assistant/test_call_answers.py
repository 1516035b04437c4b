"""A conversation as providers take it."""

import json

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from tools.assistant.call_answers import with_answers

_CALLS = AIMessage("", tool_calls=[{"name": "translate", "args": {}, "id": id_} for id_ in ("a", "b")])
_YES = HumanMessage("yes")


def test_answers_stand_behind_their_calls_in_the_calls_order() -> None:
    late, early = ToolMessage("late", tool_call_id="a"), ToolMessage("early", tool_call_id="b")

    assert with_answers([_CALLS, early, _YES, late]) == [_CALLS, late, early, _YES]


def test_call_without_an_answer_is_told_to_have_ended() -> None:
    answer = ToolMessage("done", tool_call_id="a")

    _, first, ended, last = with_answers([_CALLS, answer, _YES])

    assert (first, last) == (answer, _YES)
    assert isinstance(ended, ToolMessage)
    assert (ended.tool_call_id, ended.status) == ("b", "error")
    assert "cancelled" in json.loads(ended.text)


def test_answer_to_a_call_that_is_not_there_is_left_out() -> None:
    assert with_answers([ToolMessage("?", tool_call_id="x"), _YES]) == [_YES]
