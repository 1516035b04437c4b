"""The one-to-one assignment of greatest total weight."""

from collections.abc import Sequence

_ENDLESS = float("inf")


def best_assignment(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs (row, column), each row and column at most once, whose weights add up to the most.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957), O(n²m). Pairs of weight zero are left out.

    Args:
        weights: A rectangular table of weights, none negative.
    """
    rows, columns = len(weights), len(weights[0]) if weights else 0
    if rows > columns:
        flipped = [[weights[row][column] for row in range(rows)] for column in range(columns)]
        return sorted((row, column) for column, row in best_assignment(flipped))
    row_of = _match_rows(weights, rows, columns)
    pairs = [(row_of[column] - 1, column - 1) for column in range(1, columns + 1) if row_of[column]]
    return sorted((row, column) for row, column in pairs if weights[row][column] > 0)


def _match_rows(weights: Sequence[Sequence[float]], rows: int, columns: int) -> list[int]:
    """The row assigned to each column, counted from 1; 0 for none."""
    row_potential = [0.0] * (rows + 1)
    column_potential = [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)
    for row in range(1, rows + 1):
        _augment(weights, row, row_of, row_potential, column_potential)
    return row_of


def _augment(
    weights: Sequence[Sequence[float]],
    row: int,
    row_of: list[int],
    row_potential: list[float],
    column_potential: list[float],
) -> None:
    """Find the cheapest augmenting path from ``row`` and flip it."""
    columns = len(row_of) - 1
    row_of[0] = row
    column = 0
    slack = [_ENDLESS] * (columns + 1)
    came_from = [0] * (columns + 1)
    used = [False] * (columns + 1)
    while row_of[column]:
        used[column] = True
        current = row_of[column]
        for other in range(1, columns + 1):
            if not used[other]:
                cost = -weights[current - 1][other - 1] - row_potential[current] - column_potential[other]
                if cost < slack[other]:
                    slack[other], came_from[other] = cost, column
        following = min((c for c in range(1, columns + 1) if not used[c]), key=slack.__getitem__)
        delta = slack[following]
        for other in range(columns + 1):
            if used[other]:
                row_potential[row_of[other]] += delta
                column_potential[other] -= delta
            else:
                slack[other] -= delta
        column = following
    while column:
        row_of[column] = row_of[came_from[column]]
        column = came_from[column]
