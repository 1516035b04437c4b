"""What a saver remembers of values, and when it forgets."""

import pytest

from server.checkpoint.memory import ENTRY, Memory, Seen
from server.checkpoint.pieces import Pieces, following

SIZE = ENTRY + 2000


def seen(version: str | float = "1", size: int = 2000) -> Seen:
    return Seen(version, "msgpack", Pieces(b"x" * size, ()))


def test_the_namespace_that_was_of_no_use_for_the_longest_is_forgotten() -> None:
    memory = Memory(2 * SIZE)
    for thread in ("a", "b"):
        memory.keep(thread, "", {"c": seen()})
    memory.recall("a", "")

    memory.keep("c", "", {"c": seen()})

    assert [thread for thread in "abc" if memory.recall(thread, "")] == ["a", "c"]


def test_a_namespace_is_remembered_as_it_was_seen_last() -> None:
    memory = Memory(10 * SIZE)
    memory.keep("t", "", {"c": seen("1"), "gone": seen("1")})

    memory.keep("t", "", {"c": seen("2")})

    assert memory.recall("t", "") == {"c": seen("2")}
    assert memory.recall("t", "child") == {}


def test_replacing_a_value_gives_its_room_back() -> None:
    memory = Memory(2 * SIZE)
    memory.keep("a", "", {"c": seen()})

    for _ in range(10):
        memory.keep("b", "", {"c": seen()})

    assert memory.recall("a", "")


@pytest.mark.parametrize("limit", [0, SIZE - 1])
def test_what_is_larger_than_the_memory_is_not_remembered(limit: int) -> None:
    memory = Memory(limit)

    memory.keep("t", "", {"c": seen()})

    assert memory.recall("t", "") == {}


@pytest.mark.parametrize(("version", "same"), [("1", True), (1, False), (1.0, False)])
def test_versions_of_different_types_are_different_ones(version: str | float, same: bool) -> None:
    assert seen("1").is_at(version) is same


def test_only_a_random_name_tells_a_value_from_that_of_a_former_thread() -> None:
    in_pieces = Seen(1, "msgpack", following(Pieces(b"", ()), b"x" * 2000))

    assert in_pieces.is_unmistakable
    assert seen("0001.abc").is_unmistakable
    assert not seen(1).is_unmistakable


@pytest.mark.parametrize(("kind", "size"), [("msgpack+aes", 2000), ("msgpack", 100)])
def test_encrypted_and_small_values_are_not_worth_keeping(kind: str, size: int) -> None:
    assert not Seen("1", kind, Pieces(b"x" * size, ())).is_worth_keeping
