"""The one-to-one assignment of greatest weight."""

from itertools import permutations

import pytest

from evals.assignment import best_assignment


@pytest.mark.parametrize(
    "weights",
    [
        [[3, 1], [2, 0]],
        [[1, 2, 3], [3, 3, 3], [0, 4, 4]],
        [[5, 4, 1], [4, 1, 1]],
        [[5, 4], [4, 1], [2, 2]],
        [[0, 0], [0, 7]],
    ],
    ids=str,
)
def test_total_is_the_greatest_possible(weights):
    """No other assignment has a greater total."""
    pairs = best_assignment(weights)
    rows, columns = len(weights), len(weights[0])
    square = [
        [weights[r][c] if r < rows and c < columns else 0 for c in range(9)]
        for r in range(max(rows, columns))
    ]
    best = max(
        sum(square[row][column] for row, column in enumerate(order))
        for order in permutations(range(max(rows, columns)))
    )

    assert sum(weights[row][column] for row, column in pairs) == best
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)


def test_pairs_of_no_weight_are_left_out():
    """What does not overlap is not assigned."""
    assert best_assignment([[0, 0], [0, 1]]) == [(1, 1)]


def test_empty_table():
    """Nothing is assigned to nothing."""
    assert best_assignment([]) == []
