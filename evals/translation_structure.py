"""The structure of documents without their words, to be compared before and after a translation."""

import json
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

_WORDS = frozenset(["alt", "title", "placeholder", "aria-label"])  # attributes whose values are translated


def signature(text: str) -> list[tuple[str, ...]]:
    """That of a Markdown text: its tokens without their words; code and addresses whole."""
    return [found for token in _markdown().parse(text) for found in _token(token)]


def to_html(text: str) -> str:
    """A Markdown text as a page of HTML."""
    body = _markdown().render(text)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>Page</title></head>\n<body>\n{body}</body></html>\n'
    )


def html_skeleton(page: str) -> list[tuple[str, ...]]:
    """That of a page of HTML: its tags with their attributes, comments and the text of code, in order."""
    skeleton = _Skeleton()
    skeleton.feed(page)
    skeleton.close()
    return skeleton.found


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _token(token: Token) -> list[tuple[str, ...]]:
    if token.type == "inline":
        inner = [child for child in token.children or [] if child.type not in ("text", "softbreak")]
        return [found for child in inner for found in _token(child)]
    content = token.content if token.type.startswith(("code", "fence", "html")) else ""
    return [(token.type, token.tag, token.markup, content, json.dumps(token.attrs))]


class _Skeleton(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[str, ...]] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in ("code", "pre")
        kept = [(name, None if name in _WORDS else value) for name, value in attrs]
        self.found.append(("start", tag, json.dumps(kept)))

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in ("code", "pre")
        self.found.append(("end", tag))

    def handle_data(self, data: str) -> None:
        if self._code:
            self.found.append(("code", data))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("declaration", decl))
