"""Markdown (CommonMark, tables, strikethrough, tasks, footnotes): every block's inline text is a segment.

markdown-it says which lines hold a block's inline text; it is found in them, and everything around it stays:
markers, indentation, blank lines, code blocks, HTML blocks, link definitions. Soft line ends within a
paragraph mean nothing and become spaces; hard ones are kept. What a translation does to the inline markup is
judged by parsing both.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tools.text.lines import Line, split_lines
from tools.translation.segments import Assembly, Place, TextDocument

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\uffef]")
_HARD = re.compile(r"(?: {2,}|\\)$")
_KEPT = re.compile(
    r"""
    (?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)                    # code
    | \\[!-/:-@\[-`{-~]                                           # an escape
    | &(?:\#\d+|\#[xX][0-9a-fA-F]+|[A-Za-z]\w*);                  # an entity
    | <[^<>\s][^<>]*>                                             # HTML, an autolink
    | !\[[^\]]*\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\])?        # an image
    | (?<![^\n])\[[ xX]\][ \t]+                                   # the box of a task
    | (?<![^\n])\[\^[^\]\s]+\]:[ \t]*                             # what a footnote begins with
    | \[\^[^\]]+\]                                                # a footnote
    | \](?:\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\])                  # the end of a link
    | \[(?=[^\]]*\](?:\(|\[))                                     # the beginning of a link
    | \*+ | ~~ | (?<!\w)_+ | _+(?!\w)                             # emphasis
    """,
    re.VERBOSE | re.DOTALL,
)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:")
_BLOCK_START = re.compile(
    r"(#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|~{3,}|`{3,}|={1,}\s*$|-{2,}\s*$)|(\d{1,9})([.)])(?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class _Run:
    """A line of a block's inline text, in the file."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def parse_markdown(text: str) -> TextDocument:
    """Read a Markdown file. Front matter between ``---`` lines is kept as it is."""
    assembly = Assembly(text)
    body = _after_front_matter(text)
    lines = split_lines(text[body:])
    starts = _starts(lines, body)
    cursors: dict[int, int] = {}
    in_table = False
    for token in _PARSER.parse("".join(line.text + "\n" for line in lines)):
        if token.type in ("table_open", "table_close"):
            in_table = token.type == "table_open"
        if token.type != "inline" or token.map is None or not token.content.strip():
            continue
        runs = list(_runs(token, lines, starts, cursors, in_table=in_table))
        if runs:
            words, kept = _words(runs, text)
            write = _write_cell if in_table else _write_block
            assembly.add((runs[0].start, runs[-1].end), words, kept=kept, write=write)
    return assembly.finish("markdown", check=check_markdown)


def signature(text: str) -> list[tuple[str, str, str]]:
    """What a Markdown file consists of besides its words: every token, with addresses and code.

    Soft line ends and the splitting of words into tokens are left out.
    """
    found: list[tuple[str, str, str]] = []
    for token in _PARSER.parse(text):
        found.append((token.type, token.markup, token.content if token.type != "inline" else ""))
        found += _inline_signature(token.children or ())
    return found


def _inline_signature(children: Sequence[Token]) -> list[tuple[str, str, str]]:
    return [
        (child.type, str(child.attrs.get("href", child.attrs.get("src", ""))), _content(child))
        for child in children
        if child.type not in ("text", "softbreak", "text_special")
    ]


def _content(child: Token) -> str:
    return child.content if child.type in ("code_inline", "html_inline", "image") else ""


def check_markdown(source: str, translation: str) -> list[str]:
    ours, theirs = (_inline_tokens(text) for text in (source, translation))
    if ours == theirs:
        return []
    names = sorted(
        {
            kind.removesuffix("_open").removesuffix("_close")
            for kind, _, _ in (ours - theirs) + (theirs - ours)
        }
    )
    return [f"its markup differs from the source's: {', '.join(names)}"]


def _inline_tokens(text: str) -> Counter[tuple[str, str, str]]:
    [token] = _PARSER.parseInline(text)
    return Counter(_inline_signature(token.children or ()))


def _after_front_matter(text: str) -> int:
    found = re.match(r"---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.DOTALL)
    return found.end() if found is not None else 0


def _starts(lines: Sequence[Line], first: int) -> list[int]:
    starts: list[int] = []
    for line in lines:
        starts.append(first)
        first += len(line.whole)
    return starts


def _runs(
    token: Token, lines: Sequence[Line], starts: Sequence[int], cursors: dict[int, int], *, in_table: bool
) -> Iterator[_Run]:
    """The lines of a block's inline text as they stand in the file; none when they cannot be found there."""
    assert token.map is not None  # noqa: S101 - the caller looked
    first = token.map[0]
    contents = token.content.split("\n")
    found: list[_Run] = []
    for number, content in enumerate(contents, first):
        wanted = content.strip(" \t") if number + 1 < first + len(contents) else content.strip()
        if in_table:
            wanted = wanted.replace("|", "\\|")
        at = _find(lines[number].text, wanted, cursors.get(number, 0), in_table=in_table)
        if at < 0:
            return
        cursors[number] = at + len(wanted)
        found.append(_Run(starts[number] + at, wanted))
    yield from found


def _find(line: str, wanted: str, cursor: int, *, in_table: bool) -> int:
    bare = line.rstrip()
    if not in_table and bare.endswith(wanted):
        return len(bare) - len(wanted)
    heading = re.match(r"[\s>*+\-\d.)]*#{1,6}\s", line)
    return line.find(wanted, heading.end() if heading is not None and not cursor else cursor)


def _words(runs: Sequence[_Run], text: str) -> tuple[str, list[Place]]:
    """The runs as one text, and which parts of it are markup."""
    words = runs[0].text
    hard: list[Place] = []
    for before, after in pairwise(runs):
        between = text[before.end : after.start]
        ending = _HARD.search(words)
        spaces = re.match(r" {2,}", between)
        if ending is not None or spaces is not None:
            bare = words[: ending.start()] if ending is not None else words
            words += between
            hard.append((len(bare), len(words)))
        elif _FOOTNOTE.match(after.text):  # begins a line, or is none
            hard.append((len(words), len(words) + len(between)))
            words += between
        elif not (_CJK.match(words[-1:]) and _CJK.match(after.text[:1])):
            words += " "
        words += after.text
    kept = [
        found.span()
        for found in _KEPT.finditer(words)
        if not any(a < found.end() and found.start() < b for a, b in hard)
    ]
    return words, sorted([*hard, *kept])


def _write_block(text: str) -> str:
    """What would begin another block than the one that the words stand in is escaped."""
    begins = _BLOCK_START.match(text)
    if begins is None:
        return text
    at = begins.start(3) if begins[3] else 0
    return f"{text[:at]}\\{text[at:]}"


def _write_cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", text.replace("\n", " "))
