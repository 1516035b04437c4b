"""The script of a text as it came: lines are its stretches, whatever code points it holds."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graphs.audiobook.scripting import script_of, unpack
from graphs.characters.book import Book
from tools.novels.chapters import find_chapters
from tools.novels.quotations import find_spans

PIECES = st.sampled_from(
    [
        "“Yes,” said Ada.",
        "第一章 雨\n",
        "“走吧。”老周说。",
        "\r\n\r\n",
        "\u200b",
        "\ufeff",
        "\u3000\u3000",
        "CHAPTER II\n\n",
        "\x00",
        "「好」",
        "—",
        "\u2028",
    ]
)
TEXT = st.lists(
    st.one_of(PIECES, st.text(st.characters(exclude_categories=["Cs"]), max_size=20)), max_size=25
)


@settings(max_examples=80)
@given(TEXT, st.sampled_from(["en", "zh"]))
def test_joined_lines_are_the_source(pieces: list[str], language: str) -> None:
    source = "".join(pieces)
    book = Book(source)
    assume(book.text)  # one without a visible character is refused before
    chapters = [
        {"index": one.index, "title": one.title, "start": start, "end": end}
        for one in find_chapters(book.text, language)
        for start, end in [book.in_source(one.start, one.end)]
    ]
    quotes = [
        {"id": book.quote_id(span), "start": start, "end": end, "speaker_id": "c000"}
        for span in find_spans(book.text, language)
        if span.is_quotation
        for start, end in [book.in_source(span.start, span.end)]
    ]

    lines = script_of(source, chapters, quotes, language)

    assert "".join(source[line["start"] : line["end"]] for line in lines) == source
    assert len({line["id"] for line in lines}) == len(lines)
    assert {line["quote_id"] for line in lines} - {None} <= {quote["id"] for quote in quotes}
    assert [unpack(line).kind for line in lines] == [line["kind"] for line in lines]
