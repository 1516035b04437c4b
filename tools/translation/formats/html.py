"""HTML: the text of every block is a segment, its inline tags kept; so are titles and alternatives.

The file is never written by a serialiser: text changes where it stands. Scripts, styles, code and what says
``translate="no"`` are left alone.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate

from tools.translation.segments import Assembly, Place, TextDocument

_INLINE_TAGS = """
a abbr b bdi bdo br cite code data del dfn em font i img ins kbd mark q rp rt ruby s samp small span strong
sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_LEFT_ALONE = frozenset(
    [
        "script",
        "style",
        "pre",
        "code",
        "kbd",
        "samp",
        "var",
        "textarea",
        "svg",
        "math",
        "template",
        "noscript",
    ]
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_ATTRIBUTES = frozenset(["alt", "title", "placeholder", "aria-label"])
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|<!--.*?-->", re.DOTALL)
_NO = re.compile(r"""\btranslate\s*=\s*["']?no\b""", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]\w*);")
_MARKUP_ENTITIES = frozenset(["&lt;", "&gt;", "&amp;", "&nbsp;", "&#160;"])
_BARE_AMPERSAND = re.compile(r"&(?!#\d+;|#[xX][0-9a-fA-F]+;|[A-Za-z]\w*;)")


@dataclass(frozen=True, slots=True)
class _Item:
    """A stretch of the file: words, or one tag or comment."""

    start: int
    end: int
    kind: str  # "words", "open", "close", "other"
    tag: str = ""


def parse_html(text: str) -> TextDocument:
    """Read an HTML file, or a fragment of one."""
    assembly = Assembly(text)
    run: list[_Item] = []
    for item in _merged(text, _items(text)):
        if item.kind in ("words", "kept") or item.tag in _INLINE:
            run.append(item)
        else:
            _add_run(assembly, text, run)
            run = []
            _add_attributes(assembly, text, item)
    _add_run(assembly, text, run)
    return assembly.finish("html", check=check_html)


class _Reader(HTMLParser):
    """Notes where each thing begins; it ends where the next one begins."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str, str]] = []
        self._lines = [0, *accumulate(len(line) for line in re.split(r"(?<=\n)", text))]
        self.feed(text)
        self.close()

    def _note(self, kind: str, tag: str = "") -> None:
        line, column = self.getpos()
        self.found.append((self._lines[line - 1] + column, kind, tag))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note("open", tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note("open", tag)

    def handle_endtag(self, tag: str) -> None:
        self._note("close", tag)

    def handle_data(self, data: str) -> None:
        self._note("words")

    def handle_entityref(self, name: str) -> None:
        self._note("words")

    def handle_charref(self, name: str) -> None:
        self._note("words")

    def handle_comment(self, data: str) -> None:
        self._note("kept")

    def handle_decl(self, decl: str) -> None:
        self._note("other")

    def handle_pi(self, data: str) -> None:
        self._note("other")

    def unknown_decl(self, data: str) -> None:
        self._note("other")


def _items(text: str) -> Iterator[_Item]:
    found = _Reader(text).found
    ends = [start for start, _, _ in found[1:]]
    for (start, kind, tag), end in zip(found, [*ends, len(text)], strict=True):
        yield _Item(start, end, kind, tag)


def _merged(text: str, items: Iterator[_Item]) -> Iterator[_Item]:
    """The items, with every element that is left alone as one."""
    outer: _Item | None = None
    depth = 0
    for item in items:
        if outer is None:
            is_element = (
                item.kind == "open" and item.tag not in _VOID and text[item.end - 2 : item.end] != "/>"
            )
            if not is_element or not (item.tag in _LEFT_ALONE or _NO.search(text, item.start, item.end)):
                yield item
                continue
            outer, depth = item, 1
        elif item.tag == outer.tag:
            depth += {"open": 1, "close": -1}.get(item.kind, 0)
            if not depth:
                kind = "kept" if outer.tag in _INLINE else "other"
                yield _Item(outer.start, item.end, kind, outer.tag)
                outer = None
    if outer is not None:
        yield _Item(outer.start, len(text), "other", outer.tag)


def _add_run(assembly: Assembly, text: str, run: Sequence[_Item]) -> None:
    """A segment from the words of a block and the tags between them."""
    spoken = [
        at for at, item in enumerate(run) if item.kind == "words" and text[item.start : item.end].strip()
    ]
    first, last = (spoken[0], spoken[-1] + 1) if spoken else (len(run), len(run))
    for item in run[:first]:
        _add_attributes(assembly, text, item)
    if spoken:
        _add_words(assembly, text, run[first:last])
    for item in run[last:]:
        _add_attributes(assembly, text, item)


def _add_words(assembly: Assembly, text: str, chosen: Sequence[_Item]) -> None:
    words, kept = "", list[Place]()
    for item in chosen:
        source = text[item.start : item.end]
        if item.kind == "words":
            words += _ENTITY.sub(_readable, source)
        else:
            kept.append((len(words), len(words) + len(source)))
            words += source
    kept += [found.span() for found in re.finditer(r"&(?:lt|gt|nbsp|#160);", words)]
    if any(character.isalpha() for character in _TAG.sub("", words)):
        assembly.add((chosen[0].start, chosen[-1].end), words, kept=sorted(kept), write=_write)


def _add_attributes(assembly: Assembly, text: str, item: _Item) -> None:
    if item.kind != "open":
        return
    for found in _ATTRIBUTE.finditer(text, item.start, item.end):
        group = 2 if found[2] is not None else 3
        value = html.unescape(found[group])
        if found[1].lower() in _ATTRIBUTES and any(character.isalpha() for character in value):
            assembly.add(found.span(group), value, note=found[1], write=html.escape)


def _readable(entity: re.Match[str]) -> str:
    return entity[0] if entity[0] in _MARKUP_ENTITIES else html.unescape(entity[0])


def _write(text: str) -> str:
    """The words with what only markup may hold escaped: a ``<`` of no tag, an ``&`` of no entity."""
    done = 0
    written: list[str] = []
    for tag in _TAG.finditer(text):
        written += [_escaped(text[done : tag.start()]), tag[0]]
        done = tag.end()
    return "".join([*written, _escaped(text[done:])])


def _escaped(words: str) -> str:
    return _BARE_AMPERSAND.sub("&amp;", words).replace("<", "&lt;").replace(">", "&gt;")


def check_html(source: str, translation: str) -> list[str]:
    """Every tag is there, since its mark is; here is seen whether they are still nested."""
    if _nested(source) and not _nested(translation):
        return ["a mark that closes something stands before the one that opens it"]
    return []


def _nested(text: str) -> bool:
    opened: list[str] = []
    for tag in _TAG.finditer(text):
        name = (tag[2] or "").lower()
        if not name or name in _VOID or tag[0].endswith("/>"):
            continue
        if not tag[1]:
            opened.append(name)
        elif opened and opened[-1] == name:
            opened.pop()
        else:
            return False
    return not opened
