"""From uploaded files of any format to one table."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from tools.documents.paged import open_paged
from tools.errors import InputTooLarge, InvalidInput
from tools.text.decode import decode
from tools.topics.remarks import Remark
from tools.topics.tables.delimited import read_delimited
from tools.topics.tables.structured import read_json, read_json_lines, read_parquet, read_workbook
from tools.topics.tables.table import DOCUMENT_COLUMNS, MAX_BYTES, Table, table_of

TABLES = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".xlsx": read_workbook,
    ".xls": read_workbook,
    ".ods": read_workbook,
    ".parquet": read_parquet,
}
DOCUMENTS = (".txt", ".pdf", ".docx", ".html", ".htm", ".md")
FORMATS = (*TABLES, *DOCUMENTS)
_SHORT = 5000  # characters; a document beyond is taken apart when there are others beside it
_LEAST = 20  # characters of a paragraph that counts as a document


def open_tables(files: Sequence[tuple[str, bytes]]) -> Table:
    """One table of all files: rows of tables below each other, documents as rows.

    One document is taken apart into its paragraphs; of several, those of up to 5,000 characters stay whole.

    Args:
        files: Names and bytes.

    Raises:
        InvalidInput: "unsupported_format", "different_columns", or what the reader of a format raises.
        InputTooLarge: "file_too_large", or as the reader raises.
    """
    if sum(len(data) for _, data in files) > MAX_BYTES:
        raise InputTooLarge(
            f"the files have more than {MAX_BYTES} bytes together",
            hint="Send a sample, or one part at a time.",
            code="file_too_large",
        )
    parts = [_open(name, data, is_alone=len(files) == 1) for name, data in files]
    return parts[0] if len(parts) == 1 else _below_each_other(parts, [name for name, _ in files])


def _open(name: str, data: bytes, *, is_alone: bool) -> Table:
    suffix = PurePath(name).suffix.lower()
    if suffix in TABLES:
        return TABLES[suffix](data)
    if suffix not in DOCUMENTS:
        raise InvalidInput(
            f"{name!r} is of a format that this job does not read",
            hint=f"Send one of {', '.join(FORMATS)}.",
            code="unsupported_format",
        )
    rows = _paragraphs(name, data) if suffix != ".txt" else _lines(name, data)
    whole = "\n\n".join(row[0] for row in rows)
    if not is_alone and len(whole) <= _SHORT:
        return table_of(DOCUMENT_COLUMNS, [(whole, name, "", "")])
    kept = [row for row in rows if len(row[0]) >= _LEAST]
    remark = Remark(
        code="paragraphs",
        message=f"{name} is taken apart: {len(kept)} paragraphs are the documents; "
        f"{len(rows) - len(kept)} shorter than {_LEAST} characters are left out.",
    )
    return table_of(DOCUMENT_COLUMNS, kept, [remark])


def _paragraphs(name: str, data: bytes) -> list[tuple[str, str, str, str]]:
    section = ""
    rows: list[tuple[str, str, str, str]] = []
    for block in open_paged(data, name).blocks:
        if block.kind == "heading":
            section = block.text
        else:
            rows.append((block.text, name, section, str(block.page)))
    return rows


def _lines(name: str, data: bytes) -> list[tuple[str, str, str, str]]:
    """Paragraphs between blank lines; where there are none, lines."""
    text = decode(data).text.replace("\r\n", "\n")
    parts = [part.strip() for part in text.split("\n\n")]
    if len(parts) == 1:
        parts = [line.strip() for line in text.split("\n")]
    return [(part, name, "", "") for part in parts if part]


def _below_each_other(parts: Sequence[Table], names: Iterable[str]) -> Table:
    header = list(parts[0].columns)
    for part, name in zip(parts, names, strict=True):
        if list(part.columns) != header:
            raise InvalidInput(
                f"{name!r} has the columns {', '.join(part.columns)}, where the first file has "
                f"{', '.join(header)}",
                hint="Send tables with the same header, or one at a time.",
                code="different_columns",
            )
    rows = (row for part in parts for row in zip(*part.columns.values(), strict=True))
    return table_of(header, rows, [remark for part in parts for remark in part.remarks])
