"""How values are cut into pieces."""

import itertools
import random
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.checkpoint.pieces import FIXED, MOST, ROOM, Pieces, following, rebuilt, shared_run

NOTHING = Pieces(b"", ())
ITEM = 400  # bytes


def noise(size: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311 - no secret


def grown(count: int) -> list[bytes]:
    """A value after each of some appended items, with their number before them, as a serializer has it."""
    items = [noise(ITEM, seed) for seed in range(count)]
    return [n.to_bytes(3, "big") + b"".join(items[:n]) for n in range(1, count + 1)]


edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 3000), st.binary(max_size=40), st.integers(1, 60)), max_size=12
)


@given(edits)
def test_any_series_of_values_comes_back_as_it_was(changes: list[tuple[float, int, bytes, int]]) -> None:
    raw, pieces = noise(4000), NOTHING
    for where, removed, added, times in changes:
        at = int(where * len(raw))
        raw = raw[:at] + added * times + raw[at + removed :]

        pieces = following(pieces, raw)

        assert pieces.raw == rebuilt(pieces.stack) == raw


@given(edits)
def test_pieces_get_smaller_and_are_never_much_more_than_their_value(
    changes: list[tuple[float, int, bytes, int]],
) -> None:
    raw, pieces = noise(4000), NOTHING
    for where, removed, added, times in changes:
        at = int(where * len(raw))
        raw = raw[:at] + added * times + raw[at + removed :]

        pieces = following(pieces, raw)

        sizes = [piece.size for piece in pieces.stack]
        assert all(upper <= ROOM * lower for lower, upper in itertools.pairwise(sizes))
        assert len(sizes) == 1 or sum(sizes) <= MOST * len(raw)


@pytest.mark.parametrize("count", [50, 400])
def test_of_a_growing_list_little_more_than_the_new_items_is_stored(count: int) -> None:
    pieces, stored, most = NOTHING, 0, 0
    for raw in grown(count):
        pieces = following(pieces, raw)
        stored += pieces.stack[-1].size
        most = max(most, len(pieces.stack))

    assert stored < count * log2(count) * ITEM * 0.75
    assert most <= log2(count) + 1


def test_a_value_that_shares_nothing_is_a_piece_of_its_own() -> None:
    before = following(NOTHING, noise(5000, 1))

    after = following(before, noise(5000, 2))

    assert [piece.is_whole for piece in after.stack] == [True]


def test_a_window_that_moves_on_is_stored_as_what_came_in() -> None:
    text = noise(20_000)
    before = following(NOTHING, b"[" + text[:15_000])

    after = following(before, b"[" + text[1000:15_500])

    assert after.stack[-1].size < FIXED + 600
    assert rebuilt(after.stack) == after.raw


def test_a_change_in_the_middle_keeps_what_is_around_it() -> None:
    text = noise(20_000)
    before = following(NOTHING, text)

    after = following(before, text[:3000] + b"changed" + text[3000:])

    assert after.stack[-1].size < FIXED + 3100
    assert rebuilt(after.stack) == after.raw


def test_a_value_that_stays_the_same_piles_up_no_pieces() -> None:
    raw, pieces = noise(5000), NOTHING
    for _ in range(50):
        pieces = following(pieces, raw)

    assert len(pieces.stack) <= 2


def test_a_value_that_shrank_is_not_read_from_all_that_it_was() -> None:
    raw = noise(50_000)
    before = following(NOTHING, raw)

    after = following(before, raw[:2000])

    assert sum(piece.size for piece in after.stack) <= MOST * 2000


def test_two_branches_give_their_pieces_different_names() -> None:
    *_, trunk, grown_trunk = grown(9)
    before = following(NOTHING, trunk)

    branches = [following(before, grown_trunk) for _ in range(2)]

    assert len({piece.name for branch in branches for piece in branch.stack}) == 3


@pytest.mark.parametrize("size", [0, 1, 30, 31, 33, 40])
def test_short_values_share_what_they_may(size: int) -> None:
    run = shared_run(noise(size), noise(size) + b"more")

    if run is not None:
        at, start, end = run
        assert (noise(size) + b"more")[at : at + end - start] == noise(size)[start:end]
