"""Frames as they go over the wire."""

from server.stream.sse import frame


def test_a_frame_has_crlf_lines_and_an_empty_one_at_its_end() -> None:
    assert frame("values", b'{"a":1}') == b'event: values\r\ndata: {"a":1}\r\n\r\n'


def test_the_id_comes_after_the_data() -> None:
    assert frame("values", b"{}", "1-0") == b"event: values\r\ndata: {}\r\nid: 1-0\r\n\r\n"
