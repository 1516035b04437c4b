"""The booklet as a page of HTML: accessible, printable, without scripts."""

import base64
from collections.abc import Iterator
from html import escape
from itertools import groupby

from tools.medical.booklet import Booklet, Part, page_link

_STYLE = """
body { font: 1.15rem/1.6 system-ui, "Noto Sans CJK SC", sans-serif; color: #1a1a1a; background: #fff;
  max-width: 42rem; margin: 2rem auto; padding: 0 1rem }
h1, h2 { line-height: 1.25; color: #12304a }
h2 { margin-top: 2.2rem }
.notice { border: 2px solid #8a1f11; padding: .6rem 1rem; color: #8a1f11; font-weight: 600 }
.label { display: block; color: #3d4b57; font-size: .95rem }
.addition { color: #3d4b57; font-style: italic }
table { border-collapse: collapse }
th, td { border: 1px solid #5b6770; padding: .3rem .6rem; text-align: left }
figure { margin: 1rem 0 }
img { max-width: 100%; border: 1px solid #5b6770 }
a { color: #0b4f86 }
sup a { padding: 0 .15em }
@media print {
  body { font-size: 11pt; margin: 0; max-width: none }
  h2 { break-after: avoid }
  li { break-inside: avoid }
}
"""
_LISTED = ("recommendation", "warning", "addition", "source")


def render_html(booklet: Booklet) -> bytes:
    """A whole page; every text is escaped."""
    body = "\n".join(_body(booklet))
    page = (
        f'<!doctype html>\n<html lang="{escape(booklet.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(booklet.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(booklet.title)}</h1>\n<p>{escape(booklet.subtitle)}</p>\n{body}\n"
        "</main>\n</body>\n</html>\n"
    )
    return page.encode()


def _body(booklet: Booklet) -> Iterator[str]:
    for is_listed, parts in groupby(booklet.parts, key=lambda part: part.kind in _LISTED):
        if is_listed:
            yield "<ul>"
            yield from (f"<li{_id(part)}>{_item(part, booklet)}</li>" for part in parts)
            yield "</ul>"
        else:
            yield from (_block(part) for part in parts)


def _item(part: Part, booklet: Booklet) -> str:
    text = escape(part.text) + _marks(part)
    match part.kind:
        case "recommendation":
            return f'<strong>{text}</strong> <span class="label">{escape(part.label)}</span>'
        case "addition":
            return f'<span class="addition">{text} ({escape(part.label)})</span>'
        case "source":
            link, label = page_link(booklet, part), escape(part.label)
            place = f'<a href="{escape(link)}">{label}</a>' if link else label
            return f"{place}: <q>{escape(part.text)}</q>"
        case _:
            return f'<span aria-hidden="true">⚠ </span>{text}'


def _block(part: Part) -> str:
    text = escape(part.text)
    match part.kind:
        case "heading":
            return f"<h2{_id(part)}>{text}</h2>"
        case "notice":
            return f'<p class="notice" role="alert">{text}</p>'
        case "table":
            rows = "".join(_row(row, "th" if number == 0 else "td") for number, row in enumerate(part.rows))
            return f"<table><caption>{text}</caption>{rows}</table>"
        case "figure":
            return _figure(part)
        case _:
            return f"<p{_id(part)}>{text}{_marks(part)}</p>"


def _figure(part: Part) -> str:
    """The picture within the page, so that it goes where that goes; what it says stands below in words."""
    caption = escape(part.text)
    image = ""
    if part.picture is not None:
        source = base64.b64encode(part.picture).decode()
        image = f'<img src="data:image/png;base64,{source}" alt="{caption}">'
    lines = "".join(f"<li>{escape(cell)}</li>" for row in part.rows for cell in row)
    told = f"<ul>{lines}</ul>" if lines else ""
    return f"<figure>{image}<figcaption>{caption}</figcaption>{told}</figure>"


def _row(cells: list[str], tag: str) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    return f"<tr>{''.join(f'<{tag}{scope}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _marks(part: Part) -> str:
    return "".join(f'<sup><a href="#{escape(source)}">{escape(source)}</a></sup>' for source in part.sources)


def _id(part: Part) -> str:
    return f' id="{escape(part.id)}"' if part.id else ""
