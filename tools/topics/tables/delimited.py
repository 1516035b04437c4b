"""CSV and TSV, as programs and people write them."""

import csv
from collections import Counter
from collections.abc import Iterator
from io import StringIO

from tools.errors import InvalidInput
from tools.text.decode import decode
from tools.topics.remarks import Remark
from tools.topics.tables.table import Table, table_of

_DELIMITERS = ",\t;|"
_NO_DELIMITER = "\x1f"  # of a table of one column, whose texts hold commas of their own
_SAMPLE_LINES = 50
_MOST_BROKEN = 0.01  # of all rows; more is a file that was read in a wrong way
_MOST_NAMED = 5
_LONGEST_FIELD = 10_000_000  # characters; the csv module's own limit is 131,072

csv.field_size_limit(_LONGEST_FIELD)


def read_delimited(data: bytes) -> Table:
    """The table; rows with another number of fields than the header are left out, and named.

    Cells that begin with "=" are text here, never formulas.

    Raises:
        InvalidInput: "wrong_quoting", "uneven_rows", or what decoding raises.
        InputTooLarge: As table_of does.
    """
    decoded = decode(data)
    delimiter = _delimiter(decoded.text)
    rows = _rows(decoded.text, delimiter)
    first = next(rows, None)
    if first is None:
        raise InvalidInput("the file holds no row", hint="Send a table with a header.", code="empty_input")
    _, header = first
    kept: list[list[str]] = []
    broken: list[tuple[int, int]] = []
    for line, row in rows:
        if len(row) == len(header):
            kept.append(row)
        else:
            broken.append((line, len(row)))
    return table_of(header, kept, _broken_rows(broken, len(kept), len(header)))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the line that it ends in."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidInput(
                f"the quotation marks do not fit, in the row that begins in line {began}: {error}",
                hint='Write a quotation mark inside a quoted cell twice (""), and close each one.',
                code="wrong_quoting",
            ) from None
        line, began = reader.line_num, reader.line_num + 1
        if any(row):
            yield line, row


def _delimiter(text: str) -> str:
    """What parts the most lines at the beginning in the same number of fields, more than one."""
    lines = [line for line in text[:1_000_000].splitlines()[:_SAMPLE_LINES] if line.strip()]
    scores = {mark: _score([line.count(mark) for line in lines]) for mark in _DELIMITERS}
    best = max(scores, key=lambda mark: scores[mark])
    return best if scores[best] > (0, 0) else _NO_DELIMITER


def _score(counts: list[int]) -> tuple[int, int]:
    """How many of the lines have the header's number of marks; then how many marks that is."""
    if not counts or not counts[0]:
        return 0, 0
    return Counter(counts)[counts[0]], counts[0]


def _broken_rows(broken: list[tuple[int, int]], kept: int, fields: int) -> list[Remark]:
    if not broken:
        return []
    named = ", ".join(f"{line} ({count})" for line, count in broken[:_MOST_NAMED])
    what = f"{len(broken)} rows do not have the {fields} fields of the header; lines (fields): {named}"
    if len(broken) > max(1, _MOST_BROKEN * (kept + len(broken))):
        raise InvalidInput(
            what,
            hint="Quote each text that holds the delimiter or a line break.",
            code="uneven_rows",
        )
    return [Remark(code="rows_left_out", message=f"{what}. They are left out.")]
