"""Tables are read from what people send; what cannot be read is explained."""

import json
import zipfile
from io import BytesIO

import pytest

from tools.errors import InvalidInput
from tools.topics.columns import Columns, checked, find_columns
from tools.topics.tables.opening import open_tables
from tools.topics.tables.table import Table


def read(name: str, data: bytes | str) -> Table:
    return open_tables([(name, data.encode() if isinstance(data, str) else data)])


def workbook(rows: list[list[str]]) -> bytes:
    """A workbook whose cells are inline texts; one that begins with "=" is a formula that came to 7."""

    def cell(text: str) -> str:
        if text.startswith("="):
            return f"<c><f>{text[1:]}</f><v>7</v></c>"
        return f'<c t="inlineStr"><is><t>{text}</t></is></c>'

    sheet = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", 'text,year\n"one, two",2020\nthree,2021\n'),
        ("a.csv", 'text;year\n"one, two";2020\nthree;2021\n'),
        ("a.tsv", "text\tyear\none, two\t2020\nthree\t2021\n"),
        ("a.jsonl", '{"text": "one, two", "year": 2020}\n{"text": "three", "year": 2021}\n'),
        ("a.json", json.dumps([{"text": "one, two", "year": 2020}, {"text": "three", "year": "2021"}])),
        ("a.xlsx", workbook([["text", "year"], ["one, two", "2020"], ["three", "2021"]])),
    ],
    ids=["comma", "semicolon", "tsv", "jsonl", "json", "xlsx"],
)
def test_a_table_reads_the_same_from_every_format(name: str, data: bytes | str) -> None:
    table = read(name, data)

    assert {key: list(values) for key, values in table.columns.items()} == {
        "text": ["one, two", "three"],
        "year": ["2020", "2021"],
    }


def test_a_parquet_file_is_read() -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install '.[parquet]'")
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    buffer = BytesIO()
    parquet.write_table(pyarrow.table({"text": ["one", None], "year": [2020, 2021]}), buffer)

    table = read("a.parquet", buffer.getvalue())

    assert {key: list(values) for key, values in table.columns.items()} == {
        "text": ["one", ""],
        "year": ["2020", "2021"],
    }


def test_texts_with_commas_in_a_single_column_stay_whole() -> None:
    table = read("a.csv", "text\none, two, three\nfour\n")

    assert list(table.columns["text"]) == ["one, two, three", "four"]


def test_a_formula_of_a_csv_is_text_and_one_of_a_workbook_what_it_came_to() -> None:
    assert "=1+6" in read("a.csv", "text\n=1+6\nb\n").columns["text"]
    assert list(read("a.xlsx", workbook([["text", "n"], ["b", "=1+6"]])).columns["n"]) == ["7"]


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        ('text,year\n"never closed,2020\nb,2021\n', "wrong_quoting", "line 2"),
        ('text,year\n"a"b,2020\n', "wrong_quoting", "line 2"),
        ("text,year\na,2020,x\nb,c,2021\nd,2022\n", "uneven_rows", "2 (3), 3 (3)"),
        ("text,year\n", "empty_input", "no row"),
    ],
    ids=["open quotation", "text after quotation", "unquoted commas", "header alone"],
)
def test_a_csv_that_cannot_be_read_is_refused_with_its_line(data: str, code: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read("a.csv", data)

    assert refused.value.code == code
    assert said in refused.value.message


def test_a_few_broken_rows_are_left_out_and_named() -> None:
    rows = "".join(f"text {n},2020\n" for n in range(200))

    table = read("a.csv", f"text,year\n{rows}one,two,three\n")

    assert table.rows == 200
    assert "202 (3)" in table.remarks[0].message


def test_columns_of_one_name_get_numbers() -> None:
    table = read("a.csv", "text,text,\na,b,c\n")

    assert list(table.columns) == ["text", "text (2)", "column 3"]
    assert table.remarks[0].code == "duplicate_column"


def test_documents_become_rows_and_one_document_its_paragraphs() -> None:
    long = "A paragraph that is long enough.\n\nAnother one that is long enough, too."

    assert list(open_tables([("a.txt", long.encode())]).columns["text"]) == long.split("\n\n")
    both = open_tables([("a.txt", long.encode()), ("b.md", b"# B\n\nSome text in it.")])
    assert list(both.columns["doc_name"]) == ["a.txt", "b.md"]


def test_columns_are_found_by_names_and_cells() -> None:
    rows = [f"2020-0{1 + n % 6}-01,{'ns'[n % 2]}orth,{n},a text of several words {n}" for n in range(40)]
    table = read("a.csv", "when,cov_region,id,message\n" + "\n".join(rows))

    columns, reasons = find_columns(table)

    assert columns == Columns(text="message", time="when", groups=("cov_region",))
    assert set(reasons) == {"message", "when", "cov_region", "id"}
    assert reasons["id"] == "not used: an id"


def test_a_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    table = read("a.csv", "text,year\na,2020\n")

    with pytest.raises(InvalidInput, match="no column 'body'") as refused:
        checked(Columns(text="body"), table)

    assert "text, year" in refused.value.hint
