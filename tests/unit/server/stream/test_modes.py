"""Which events a stream mode has."""

import pytest

from server.stream.modes import EventNamer, graph_modes, matches


def test_both_forms_of_messages_come_from_one_graph_mode() -> None:
    assert graph_modes(["messages", "messages-tuple", "values"]) == ["messages", "values"]


def test_a_subgraphs_namespace_follows_the_mode() -> None:
    assert EventNamer(["updates"]).name(("child:1", "leaf:2"), "updates", {}) == [
        ("updates|child:1|leaf:2", {})
    ]


@pytest.mark.parametrize(
    ("event", "wanted", "expected"),
    [
        ("values", ["values"], True),
        ("values|child:1", ["values"], True),
        ("values", ["updates"], False),
        ("messages/partial", ["messages"], True),
        ("messages|child:1", ["messages-tuple"], True),
    ],
)
def test_an_event_belongs_to_its_base_mode(event: str, wanted: list[str], expected: bool) -> None:
    assert matches(event, wanted) is expected
