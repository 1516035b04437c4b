"""What of a cue's text is seen, and what only says how it looks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from tools.subtitles.file import Format

_ANGLE = r"<[^<>]*>"
_TAGS: dict[Format, re.Pattern[str]] = {
    "srt": re.compile(r"</?(?:i|b|u|s|font|c|v|ruby|rt)\b[^<>]*>|\{\\[^{}]*\}|\{/?[ibuy]\}", re.IGNORECASE),
    "vtt": re.compile(_ANGLE),
    "ass": re.compile(r"\{[^{}]*\}|\\h"),
    "lrc": re.compile(r"<\d+:\d{1,2}(?:[.:]\d{1,3})?>"),
    "ttml": re.compile(_ANGLE),
}
_MAYBE_MARKUP = re.compile(r"[<{&\\]")
_ESCAPED: frozenset[Format] = frozenset(("vtt", "ttml"))


@dataclass(frozen=True, slots=True)
class Piece:
    """Words or a tag; joined, the pieces are the text."""

    source: str
    is_tag: bool


def split_markup(text: str, format: Format) -> Iterator[Piece]:
    """The words and the tags of a text, in their order, empty words left out."""
    done = 0
    for tag in _TAGS[format].finditer(text) if _MAYBE_MARKUP.search(text) else ():
        if tag.start() > done:
            yield Piece(text[done : tag.start()], False)
        yield Piece(tag[0], True)
        done = tag.end()
    if done < len(text):
        yield Piece(text[done:], False)


def visible(text: str, format: Format) -> str:
    """What is seen of a text: without tags, entities as their characters."""
    if not _MAYBE_MARKUP.search(text):
        return text
    words = "".join(piece.source for piece in split_markup(text, format) if not piece.is_tag)
    return unescape(words) if format in _ESCAPED else words
