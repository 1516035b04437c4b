"""Entries of event logs, as they lie in Redis and as they are read."""

import pytest

from server.stream.entry import Entry, Mark, StreamEvent, line, marks, position_of, read

THREE = {b"d": b"\n".join([line("a", b"1"), line("b|c", b"2"), line("a", b"3")]), b"n": b"3", b"p": b"6-9"}
EVENTS = [StreamEvent("7-3", "a", b"1"), StreamEvent("7-4", "b|c", b"2"), StreamEvent("7-5", "a", b"3")]


def test_an_entry_has_its_last_events_id_and_the_others_count_down() -> None:
    entry = read(b"7-5", THREE)

    assert entry.events == EVENTS
    assert (entry.position, entry.previous) == ((7, 5), (6, 9))


@pytest.mark.parametrize(
    ("seen", "left"), [("6-9", 3), ("7", 3), ("7-2", 3), ("7-3", 2), ("7-4", 1), ("7-5", 0)]
)
def test_a_reader_goes_on_inside_an_entry(seen: str, left: int) -> None:
    rest = read(b"7-5", THREE).after(position_of(seen))

    assert rest.events == EVENTS[3 - left :]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b'[[2,"x"]]', [Mark("x", "7-4")]),
        (b'[[1,"x"],[3,"y"]]', [Mark("y", "7-5"), Mark("x", "7-3")]),
        (b'[[0,"x"]]', [Mark("x", "6-9")]),
    ],
)
def test_a_mark_covers_the_events_before_it(written: bytes, expected: list[Mark]) -> None:
    assert marks(b"7-5", THREE | {b"k": written}) == expected
    assert read(b"7-5", THREE | {b"k": written}).events == EVENTS


def test_an_entry_of_marks_alone_has_no_events() -> None:
    fields = {b"d": b"", b"n": b"0", b"p": b"7-5", b"k": b'[[0,"x"]]'}

    assert read(b"8-0", fields).events == ()
    assert marks(b"8-0", fields) == [Mark("x", "7-5")]


def test_readers_who_want_the_same_share_a_part() -> None:
    entry = read(b"7-5", THREE)

    part = entry.only("a", lambda event: event.name == "a")

    assert part.events == [EVENTS[0], EVENTS[2]]
    assert entry.only("a", lambda _: False) is part


def test_a_snapshot_is_for_everybody() -> None:
    snapshot = Entry((7, 5), EVENTS, is_snapshot=True)

    assert snapshot.only("nothing", lambda _: False) is snapshot


@pytest.mark.parametrize(("name", "data"), [("a\nb", b"1"), ("a\rb", b"1"), ("a", b"1\n"), ("a", b"1\r2")])
def test_line_breaks_are_refused(name: str, data: bytes) -> None:
    with pytest.raises(ValueError, match="line break"):
        line(name, data)
