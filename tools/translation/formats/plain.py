"""Plain text: a paragraph is a segment, or a line where the text puts one paragraph on each."""

import re

from tools.translation.segments import Assembly, TextDocument

_PARAGRAPH = re.compile(r"[^\S\n]*\S(?:.*?\S)?(?=\s*(?:\n[^\S\n]*\n|\Z))", re.DOTALL)
_LINE = re.compile(r"\S(?:.*\S)?")
_WRAPPED = 40  # characters; a text whose lines within paragraphs are longer on the average is wrapped


def parse_plain(text: str) -> TextDocument:
    """Read a plain text; white space between its paragraphs is kept."""
    assembly = Assembly(text)
    for paragraph in _PARAGRAPH.finditer(text):
        start = paragraph.start() + len(paragraph[0]) - len(paragraph[0].lstrip())
        lines = paragraph[0].split("\n")
        if len(lines) > 1 and not _is_wrapped(lines):
            for line in _LINE.finditer(text, start, paragraph.end()):
                assembly.add(line.span(), line[0])
        else:
            assembly.add((start, paragraph.end()), " ".join(line.strip() for line in lines).strip())
    return assembly.finish("plain")


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines but the last are filled, so that their ends mean nothing."""
    lengths = [len(line.rstrip()) for line in lines[:-1]]
    return min(lengths) > _WRAPPED and max(lengths) - min(lengths) <= max(lengths) // 3
