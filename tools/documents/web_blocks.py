"""HTML and Markdown as blocks, without what nobody can see."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from lxml import html
from markdown_it import MarkdownIt

from tools.documents.blocks import Block, BlockKind, PagedDocument
from tools.documents.figures import MOST_FIGURES, Figure
from tools.documents.markup import Element, local_name
from tools.errors import InvalidInput
from tools.text.decode import decode

_BLOCKS = frozenset(
    ("p", "li", "blockquote", "dt", "dd", "pre", "figcaption", "caption", "address", "summary")
)
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_SKIPPED = frozenset(("script", "style", "template", "noscript", "head", "nav", "iframe", "object", "svg"))
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0*)?(?![.\d])|font-size\s*:\s*0"
    r"|(?<![-\w])color\s*:\s*(?:white|#fff(?:fff)?\b|rgb\(255,\s*255,\s*255\))",
    re.IGNORECASE,
)


def read_markdown(data: bytes) -> PagedDocument:
    """The blocks of a Markdown file, or of a plain text; raw HTML in it is text."""
    text = decode(data).text
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return replace(read_html(f"<body>{rendered}</body>".encode()), figures=())


def read_html(data: bytes) -> PagedDocument:
    """The blocks of an HTML page, all on page 1.

    Raises:
        InvalidInput: "empty_input": it holds no text.
    """
    source = decode(data).text
    if not source.strip():
        raise InvalidInput(
            "the file holds no text", hint="Upload a file with text in it.", code="empty_input"
        )
    root = _parsed(source)
    reader = _Reader(root)
    blocks = tuple(reader.read(root))
    title = next((" ".join((e.text or "").split()) for e in root.iter("title")), "")
    return PagedDocument(
        blocks=blocks, title=title, hidden_characters=reader.hidden, figures=tuple(reader.figures)
    )


def image_address(data: bytes, number: int) -> str:
    """Where the picture comes from that is the page's ``number``-th, from 0 on."""
    return list(_parsed(decode(data).text).iter("img"))[number].get("src") or ""


def _parsed(source: str) -> Element:
    return html.document_fromstring(  # pyright: ignore[reportUnknownMemberType]
        source.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True)
    )


class _Reader:
    def __init__(self, root: Element) -> None:
        self._images = list(root.iter("img"))
        self.hidden = 0
        self.figures: list[Figure] = []
        self._blocks = 0

    def read(self, element: Element) -> Iterator[Block]:
        """The blocks below an element, in document order; loose text between them is paragraphs."""
        for block in self._read(element):
            self._blocks += 1
            yield block

    def _read(self, element: Element) -> Iterator[Block]:
        name = local_name(element)
        if _is_unseen(element) or self._is_hidden(element):
            return
        if name == "img":
            self._note(element)
        elif name in _HEADINGS:
            yield from self._block(element, "heading", int(name[1]))
        elif name == "table":
            yield from self._table(element)
        elif name in _BLOCKS and not any(local_name(below) in _BLOCKS for below in element.iterdescendants()):
            yield from self._block(element, "item" if name == "li" else "paragraph", 0)
        else:
            yield from _loose(element.text)
            for child in element:
                if local_name(child) in ("a", "b", "em", "i", "span", "strong", "br", "sub", "sup"):
                    yield from _loose(self._text(child))
                else:
                    yield from self._read(child)
                yield from _loose(child.tail)

    def _note(self, image: Element) -> None:
        """A picture that the page brings along; nothing is fetched."""
        if (image.get("src") or "").startswith("data:image/") and len(self.figures) < MOST_FIGURES:
            caption = " ".join((image.get("alt") or "").split())
            number = self._images.index(image)
            self.figures.append(Figure(page=1, after=self._blocks, caption=caption, part=f"#{number}"))

    def _block(self, element: Element, kind: BlockKind, level: int) -> Iterator[Block]:
        if text := " ".join(self._text(element).split()):
            framed = kind == "paragraph" and any(
                local_name(a) in ("aside", "blockquote") for a in _around(element)
            )
            yield Block(kind="box" if framed else kind, text=text, page=1, level=level)

    def _table(self, table: Element) -> Iterator[Block]:
        rows = tuple(
            tuple(" ".join(self._text(cell).split()) for cell in row if local_name(cell) in ("td", "th"))
            for row in table.iter("tr")
        )
        if text := "\n".join("\t".join(row) for row in rows).strip():
            yield Block(kind="table", text=text, page=1, rows=rows)

    def _text(self, element: Element) -> str:
        if _is_unseen(element) or self._is_hidden(element):
            return ""
        if local_name(element) == "img":
            self._note(element)
        pieces = [element.text or ""]
        for child in element:
            pieces += (" " if local_name(child) == "br" else self._text(child), child.tail or "")
        return "".join(pieces)

    def _is_hidden(self, element: Element) -> bool:
        hidden = element.get("hidden") is not None or bool(_HIDING.search(element.get("style") or ""))
        if hidden:
            self.hidden += len(" ".join("".join(map(str, element.itertext())).split()))
        return hidden


def _is_unseen(element: Element) -> bool:
    """Whether no browser shows it: a comment, a script."""
    is_tag = isinstance(cast("object", element.tag), str)  # of a comment it is a function
    return not is_tag or local_name(element) in _SKIPPED


def _around(element: Element) -> Iterator[Element]:
    yield element
    yield from element.iterancestors()


def _loose(text: str | None) -> Iterator[Block]:
    if words := " ".join((text or "").split()):
        yield Block(kind="paragraph", text=words, page=1)
