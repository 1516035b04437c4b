"""From what was found in a novel to its script; offsets of the text as given. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphs.audiobook.state import ScriptLine
from graphs.characters.book import Book
from tools.audiobook.lines import Kind, Line
from tools.audiobook.script import Quote, write_script
from tools.novels.types import Chapter


def script_of(
    source: str, chapters: Sequence[Mapping[str, Any]], quotes: Sequence[Mapping[str, Any]], language: str
) -> list[ScriptLine]:
    """The lines of a novel; joined, they are the source, code point for code point.

    Args:
        source: The text as given.
        chapters: With index, title, start and end in the source.
        quotes: With id, start, end and speaker_id, in order.
        language: "en" or "zh".
    """
    book = Book(source)
    lines = write_script(
        book.text,
        [
            Chapter(
                index=chapter["index"],
                title=chapter["title"],
                start=book.in_text(chapter["start"]) if chapter["start"] else 0,
                end=book.in_text(chapter["end"]),
            )
            for chapter in chapters
        ],
        [
            Quote(
                id=quote["id"],
                start=book.in_text(quote["start"]),
                end=book.in_text(quote["end"]),
                speaker_id=quote["speaker_id"],
            )
            for quote in quotes
        ],
        language,
    )
    return [_pack(line, book) for line in lines]


def _pack(line: Line, book: Book) -> ScriptLine:
    start, end = book.in_source(line.start, line.end)
    return ScriptLine(
        id=f"l{start}",
        start=start,
        end=end,
        chapter=line.chapter,
        kind=line.kind.value,
        quote_id=line.quote_id,
        speaker_id=line.speaker_id,
        tone=line.tone,
        strength=line.strength,
        pause_ms=line.pause_ms,
        emphasis=[[*book.in_source(first, last)] for first, last in line.emphasis],
        directed_by="rules",
    )


def with_speakers(lines: Iterable[ScriptLine], quotes: Iterable[Mapping[str, Any]]) -> list[ScriptLine]:
    """The lines, each said by whoever says its quotation."""
    speakers = {quote["id"]: quote["speaker_id"] for quote in quotes}
    return [
        ScriptLine(**{**line, "speaker_id": speakers[line["quote_id"]]}) if line["quote_id"] else line  # type: ignore[typeddict-item]
        for line in lines
    ]


def unpack(line: ScriptLine) -> Line:
    """A line as the tools have it."""
    return Line(
        start=line["start"],
        end=line["end"],
        chapter=line["chapter"],
        kind=Kind(line["kind"]),
        quote_id=line["quote_id"],
        speaker_id=line["speaker_id"],
        tone=line["tone"],  # type: ignore[arg-type] - written by _pack or checked by graphs/characters/wishes.py
        strength=line["strength"],
        pause_ms=line["pause_ms"],
        emphasis=tuple((start, end) for start, end in line["emphasis"]),
    )
