"""A report as one page of HTML that needs no other file, runs nothing and asks no address."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape

from tools.topics.report.blocks import Block, Blocks, Figure, Heading, Paragraph, Quotation, Table

_STYLE = """
body{font:16px/1.55 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:52rem;
margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;width:100%;font-size:.85rem}
caption{text-align:left;font-weight:600;padding:.4rem 0}
th,td{border-bottom:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}
.wide{overflow-x:auto}img{max-width:100%}figure{margin:1.5rem 0}figcaption{font-size:.85rem;color:#444}
blockquote{border-left:3px solid #0072b2;margin:.5rem 0;padding:.1rem 1rem;white-space:pre-wrap}
cite{display:block;font-size:.85rem;color:#444}
"""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def render_html(blocks: Blocks, pictures: Mapping[str, bytes], language: str) -> bytes:
    """The page.

    Args:
        blocks: The report.
        pictures: PNGs by the names of their figures.
        language: Of the text, as HTML names it.
    """
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    body = "\n".join(_written(block, pictures) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    ).encode("utf-8", "replace")


def _written(block: Block, pictures: Mapping[str, bytes]) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            return f"<p>{escape(block.text)}</p>"
        case Quotation():
            return f"<blockquote>{escape(block.text)}<cite>{escape(block.source)}</cite></blockquote>"
        case Table():
            head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in block.header)
            rows = "".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in block.rows
            )
            return (
                f'<div class="wide"><table><caption>{escape(block.caption)}</caption>'
                f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
            )
        case Figure():
            data = b64encode(pictures[block.name]).decode()
            caption = escape(block.caption)
            return (
                f'<figure><img alt="{caption}" src="data:image/png;base64,{data}">'
                f"<figcaption>{caption}</figcaption></figure>"
            )
