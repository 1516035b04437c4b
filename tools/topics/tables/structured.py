"""Tables of other programs: JSON, JSON Lines, workbooks and Parquet."""

# Neither pyarrow nor calamine says all of its types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingImports=false

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, cast

from tools.documents.archive import Archive
from tools.errors import InvalidInput, Unavailable
from tools.text.decode import decode
from tools.topics.remarks import Remark
from tools.topics.tables.table import Table, table_of

_MOST_SHOWN = 5


def read_json(data: bytes) -> Table:
    """An array of objects, or of texts.

    Raises:
        InvalidInput: "invalid_json".
    """
    try:
        values: object = json.loads(decode(data).text)
    except ValueError as error:
        raise _invalid(str(error)) from None
    if not isinstance(values, list):
        raise _invalid(f"it holds {type(values).__name__}, where an array of objects is read")
    return _of_objects(enumerate(cast("list[object]", values), start=1), "item")


def read_json_lines(data: bytes) -> Table:
    """An object, or a text, a line.

    Raises:
        InvalidInput: "invalid_json", with the line.
    """
    return _of_objects(_lines(decode(data).text), "line")


def _lines(text: str) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise _invalid(f"line {number}: {error}") from None


def _of_objects(values: Iterable[tuple[int, object]], what: str) -> Table:
    rows: list[Mapping[str, object]] = []
    names: dict[str, None] = {}
    for number, value in values:
        if isinstance(value, str):
            row: Mapping[str, object] = {"text": value}
        elif isinstance(value, Mapping):
            row = cast("Mapping[str, object]", value)
        else:
            raise _invalid(f"{what} {number} is {type(value).__name__}, neither an object nor a text")
        names.update(dict.fromkeys(map(str, row)))
        rows.append(row)
    header = list(names)
    return table_of(header, ([_text(row.get(name)) for name in header] for row in rows))


def _invalid(reason: str) -> InvalidInput:
    return InvalidInput(
        f"the JSON cannot be read: {reason}",
        hint='Send an array, or a line each, of objects such as {"text": "...", "year": 2024}.',
        code="invalid_json",
    )


def read_workbook(data: bytes) -> Table:
    """The first sheet of an XLSX, XLS or ODS file that holds anything; of formulas, what they came to.

    Raises:
        InvalidInput: "broken_workbook" or "empty_input".
        InputTooLarge: "archive_bomb", or as table_of does.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - for workbooks alone

    if data.startswith(b"PK"):
        Archive(data)  # bounded before anything of it is inflated
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise InvalidInput(
            f"the workbook cannot be read: {error}", hint="Save it again as .xlsx.", code="broken_workbook"
        ) from None
    filled = {name: rows for name, rows in sheets.items() if rows}
    if not filled:
        raise InvalidInput("the workbook is empty", hint="Send one with a header.", code="empty_input")
    name, rows = next(iter(filled.items()))
    remarks = [_other_sheets(name, list(filled)[1:])] if len(filled) > 1 else []
    width = max(map(len, rows))
    header, *below = ([_text(cell) for cell in row] + [""] * (width - len(row)) for row in rows)
    return table_of(header, (row for row in below if any(row)), remarks)


def _other_sheets(name: str, others: Sequence[str]) -> Remark:
    shown = ", ".join(map(repr, others[:_MOST_SHOWN]))
    return Remark(code="sheets_left_out", message=f"Sheet {name!r} is read; left out: {shown}.")


def read_parquet(data: bytes) -> Table:
    """A Parquet file.

    Raises:
        Unavailable: "parquet_missing": the extra is not installed.
        InvalidInput: "broken_parquet".
    """
    try:
        import pyarrow  # noqa: PLC0415 - an extra
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise Unavailable(
            "Parquet files cannot be read here: pyarrow is not installed",
            hint="Install scriptorium-service[parquet], or send CSV.",
            code="parquet_missing",
        ) from None
    try:
        read: Any = parquet.read_table(BytesIO(data))
    except (pyarrow.ArrowException, OSError) as error:
        raise InvalidInput(
            f"the Parquet file cannot be read: {error}", hint="Write it again.", code="broken_parquet"
        ) from None
    columns = [[_text(value) for value in column.to_pylist()] for column in read.columns]
    return table_of(list(read.column_names), zip(*columns, strict=True))


def _text(value: object) -> str:
    """A cell as text: whole numbers without a fraction, times as ISO 8601 has them."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
