"""How segments are put together."""

from hypothesis import given
from hypothesis import strategies as st

from tools.translation.batching import in_batches, in_lanes


@given(st.lists(st.integers(1, 3000), max_size=80))
def test_batches_hold_every_place_once_in_order_within_the_limits(lengths: list[int]) -> None:
    batches = in_batches(lengths, range(len(lengths)), most_segments=7, most_characters=2000)

    assert [place for batch in batches for place in batch.places] == list(range(len(lengths)))
    for batch in batches:
        assert len(batch.places) <= 7
        assert len(batch.places) == 1 or sum(lengths[place] for place in batch.places) <= 2000


@given(st.integers(0, 60), st.integers(1, 9))
def test_lanes_are_even_stretches_of_all_batches(count: int, lanes: int) -> None:
    stretches = in_lanes(count, lanes)

    assert [number for stretch in stretches for number in stretch] == list(range(count))
    assert not stretches or max(map(len, stretches)) - min(map(len, stretches)) <= 1
