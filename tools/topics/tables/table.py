"""A table of texts and what is known of each, as it is read from any format."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.errors import InputTooLarge, InvalidInput
from tools.topics.remarks import Remark

MAX_BYTES = 200 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_COLUMNS = 500
MAX_CELL = 1_000_000  # characters
DOCUMENT_COLUMNS = ("text", "doc_name", "section", "page")  #: Of a table that is made of documents.


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of equal length; every value is text, "" where a cell is empty."""

    columns: Mapping[str, Sequence[str]]
    remarks: tuple[Remark, ...] = ()

    @property
    def rows(self) -> int:
        """How many."""
        return len(next(iter(self.columns.values()), ()))


def table_of(header: Sequence[str], rows: Iterable[Sequence[str]], remarks: Iterable[Remark] = ()) -> Table:
    """A table from a header and rows of its length.

    Raises:
        InputTooLarge: "too_many_rows" or "too_many_columns".
        InvalidInput: "empty_input": there is no row.
    """
    if len(header) > MAX_COLUMNS:
        raise InputTooLarge(
            f"the table has {len(header)} columns; at most {MAX_COLUMNS} are read",
            hint="Leave out what is no text, time or group.",
            code="too_many_columns",
        )
    names, renamed = _distinct(header)
    values: list[list[str]] = [[] for _ in names]
    cut = 0
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise InputTooLarge(
                f"the table has more than {MAX_ROWS} rows",
                hint="Send a sample, or one part of the period at a time.",
                code="too_many_rows",
            )
        for column, cell in zip(values, row, strict=True):
            column.append(cell[:MAX_CELL])
            cut += len(cell) > MAX_CELL
    if not values or not values[0]:
        raise InvalidInput(
            "the table has no row below its header",
            hint="Send a file with a header and a text a row.",
            code="empty_input",
        )
    shortened = [_shortened(cut)] if cut else []
    return Table(columns=dict(zip(names, values, strict=True)), remarks=(*renamed, *shortened, *remarks))


def _shortened(cells: int) -> Remark:
    message = f"{cells} cells have more than {MAX_CELL} characters; what comes after them is not read."
    return Remark(code="cells_cut", message=message)


def _distinct(header: Sequence[str]) -> tuple[list[str], list[Remark]]:
    """The columns' names, each once: a repeated one gets a number, an empty one its place."""
    seen: dict[str, int] = {}
    names: list[str] = []
    remarks: list[Remark] = []
    for place, given in enumerate(header, start=1):
        name = given.strip() or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            other = f"{name} ({seen[name]})"
            message = f"Column {name!r} is there {seen[name]} times; number {seen[name]} is called {other!r}."
            remarks.append(Remark(code="duplicate_column", message=message))
            name = other
        names.append(name)
    return names, remarks
