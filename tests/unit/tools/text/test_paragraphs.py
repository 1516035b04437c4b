import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.text.paragraphs import Layout, find_layout, iter_paragraphs

WRAPPED = (
    "He put the letter on the table\nand went out of the room into\n"
    "the garden, where it had been\nraining all day.\n"
)
NEXT = "She stayed where she was, and\nread it, and then read it over\nagain by the window.\n"


def paragraphs(text: str) -> list[str]:
    return [text[start:end] for start, end in iter_paragraphs(text)]


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        pytest.param(
            "He left.\nShe stayed.\nThey met again.\nIt rained.\n", Layout.LINES, id="one line each"
        ),
        pytest.param("He left.\n\nShe stayed.\n", Layout.LINES, id="lines and blank lines"),
        pytest.param(WRAPPED + "\n" + NEXT, Layout.BLOCKS, id="wrapped with blank lines"),
        pytest.param("   " + WRAPPED + "   " + NEXT, Layout.INDENTS, id="wrapped with indents"),
        pytest.param(
            "目录\n第一章\n第二章\n第三章\n他走了。\n" + "她留在那里，看了一遍又一遍。\n" * 6,
            Layout.LINES,
            id="headings",
        ),
        pytest.param("", Layout.LINES, id="empty"),
    ],
)
def test_the_layout_is_learnt_from_the_text(text: str, layout: Layout) -> None:
    assert find_layout(text) is layout


def test_blank_lines_separate_wrapped_paragraphs() -> None:
    assert paragraphs(WRAPPED + "\n" + NEXT) == [WRAPPED.rstrip("\n"), NEXT.rstrip("\n")]


def test_an_indent_begins_a_wrapped_paragraph_where_no_line_is_blank() -> None:
    assert paragraphs("   " + WRAPPED + "   " + NEXT) == [
        "   " + WRAPPED.rstrip("\n"),
        "   " + NEXT.rstrip("\n"),
    ]


def test_each_line_is_a_paragraph_in_other_texts() -> None:
    assert paragraphs("他走了。\n\n　　她留下。\n") == ["他走了。", "　　她留下。"]


@given(text=st.text(alphabet=" \n\tab.\u3000", max_size=80))
def test_every_letter_stands_in_exactly_one_paragraph(text: str) -> None:
    found = list(iter_paragraphs(text))

    assert "".join("".join(text[start:end] for start, end in found).split()) == "".join(text.split())
    assert all(text[start:end].strip() for start, end in found)
