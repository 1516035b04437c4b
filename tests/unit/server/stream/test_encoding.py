"""Graph values as JSON."""

import pytest
from langchain_core.messages import HumanMessage
from langgraph.types import Interrupt

from server.stream.encoding import to_json


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({1}, b"[1]"),
        ((1, "二"), '[1,"二"]'.encode()),
        (ValueError("no"), b'{"error":"ValueError","message":"no"}'),
        (Interrupt(value=1, id="x"), b'{"value":1,"id":"x","response_schema":null}'),
        ({1: None}, b'{"1":null}'),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_becomes_json(value: object, expected: bytes) -> None:
    assert to_json(value) == expected


def test_a_message_becomes_an_object_with_its_type() -> None:
    assert b'"type":"human"' in to_json([HumanMessage("hi")])


def test_what_json_cannot_carry_is_an_error() -> None:
    with pytest.raises(TypeError, match="not JSON serializable: object"):
        to_json(object())
