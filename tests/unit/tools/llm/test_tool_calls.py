"""Calls of tools from the pieces of a stream."""

import pytest
from langchain_core.messages import ToolCallChunk
from langchain_core.messages.tool import tool_call_chunk

from tools.errors import ModelAnswerInvalid
from tools.llm.tool_calls import joined, parsed


def _chunk(args: str | None, *, name: str | None = None, index: int | None = 0) -> ToolCallChunk:
    return tool_call_chunk(name=name, args=args, id=name and f"id of {name}", index=index)


def test_pieces_of_calls_that_are_written_in_turns_are_told_apart() -> None:
    chunks = [
        _chunk("", name="a"),
        _chunk('{"x"', index=0),
        _chunk('{"y":', name="b", index=1),
        _chunk(":1}", index=0),
        _chunk("2}", index=1),
    ]

    calls = [parsed(call) for call in joined(chunks)]

    assert [(call["name"], call["args"], call["id"]) for call in calls] == [
        ("a", {"x": 1}, "id of a"),
        ("b", {"y": 2}, "id of b"),
    ]


def test_whole_calls_without_an_index_stay_apart() -> None:
    chunks = [_chunk('{"x":1}', name="a", index=None), _chunk('{"x":2}', name="a", index=None)]

    assert [parsed(call)["args"] for call in joined(chunks)] == [{"x": 1}, {"x": 2}]


def test_call_without_arguments_has_none() -> None:
    assert parsed(_chunk("", name="a"))["args"] == {}


@pytest.mark.parametrize(("args", "name"), [('{"x":', "a"), ("[1]", "a"), ("{}", None)])
def test_call_that_cannot_be_read_is_an_error(args: str, name: str | None) -> None:
    with pytest.raises(ModelAnswerInvalid):
        parsed(_chunk(args, name=name))
