"""Reading server-sent events."""

import pytest

from server.run_client import ServerEvent, parse_events
from server.stream.sse import frame


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_whole_however_they_arrive(size: int) -> None:
    sent = (
        frame("values", '{"x": "é\u2028字"}'.encode(), "5-1") + b": heartbeat\r\n\r\n" + frame("end", b"null")
    )

    read = list(parse_events(sent[at : at + size] for at in range(0, len(sent), size)))

    assert read == [ServerEvent("5-1", "values", '{"x": "é\u2028字"}'), ServerEvent(None, "end", "null")]


def test_several_data_lines_are_one_text() -> None:
    assert list(parse_events([b"data: a\ndata: b\n\n"])) == [ServerEvent(None, "message", "a\nb")]


def test_an_event_that_is_cut_off_is_dropped() -> None:
    assert list(parse_events([b"id: 1\ndata: a\n\nid: 2\ndata: half"])) == [ServerEvent("1", "message", "a")]
