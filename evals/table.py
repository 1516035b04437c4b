"""Tables that a terminal shows and a person reads."""

from collections.abc import Sequence


def render_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, foot: Sequence[str] = ()) -> str:
    """Columns as wide as needed, the first to the left and the others to the right.

    Args:
        header: The columns' names.
        rows: One line each.
        foot: A line for the whole, set apart.
    """
    lines = [header, *rows, *([foot] if foot else [])]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    shown = [_line(line, widths) for line in lines]
    return "\n".join([shown[0], rule, *shown[1 : 1 + len(rows)], *([rule, shown[-1]] if foot else [])])


def percent(share: float) -> str:
    """A share as "97.4"."""
    return f"{100 * share:.1f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]).rstrip()
