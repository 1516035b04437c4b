"""A report as LaTeX, for XeLaTeX or LuaLaTeX; texts of documents are shown, never run."""

import re

from tools.topics.report.blocks import Block, Blocks, Figure, Heading, Paragraph, Quotation, Table

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': r"\textquotedbl{}",
    "`": "`{}",
    "'": "'{}",
    "[": "{[}",
    "]": "{]}",
}
_ANY = re.compile("|".join(map(re.escape, _SPECIAL)) + "|[\x00-\x08\x0b-\x1f\x7f]")
_LIGATURE = re.compile("-(?=-)|[?!](?=`)")  # two hyphens are no dash
_HEADINGS = {2: "section", 3: "subsection"}

_HEAD = r"""%% Compile with xelatex or lualatex.
\documentclass[11pt,a4paper]{article}
\usepackage{fontspec}
%(chinese)s\usepackage{graphicx,longtable,booktabs}
\usepackage[margin=2.5cm]{geometry}
\graphicspath{{figures/}}
\title{%(title)s}
\date{}
\begin{document}
\maketitle
"""


def render_latex(blocks: Blocks, language: str) -> bytes:
    """The report; figures are ``figures/NAME.png``."""
    title = next((block.text for block in blocks if isinstance(block, Heading) and block.level == 1), "")
    chinese = "\\usepackage{xeCJK}\n" if language == "zh" else ""
    body = [_written(b) for b in blocks if not (isinstance(b, Heading) and b.level == 1)]
    head = _HEAD % {"title": _safe(title), "chinese": chinese}
    return (head + "\n\n".join(body) + "\n\\end{document}\n").encode("utf-8", "replace")


def _written(block: Block) -> str:
    match block:
        case Heading():
            return f"\\{_HEADINGS[block.level]}{{{_safe(block.text)}}}"
        case Paragraph():
            return _safe(block.text)
        case Quotation():
            return f"\\begin{{quote}}\n{_safe(block.text)} ({_safe(block.source)})\n\\end{{quote}}"
        case Table():
            width = 0.95 / len(block.header)
            columns = f"p{{{width:.3f}\\textwidth}}" * len(block.header)
            lines = [" & ".join(map(_safe, row)) + r" \\" for row in (block.header, *block.rows)]
            return "\n".join(
                [
                    f"{{\\small\\begin{{longtable}}{{{columns}}}",
                    f"\\caption{{{_safe(block.caption)}}}\\\\\\toprule",
                    lines[0],
                    "\\midrule\\endhead",
                    *lines[1:],
                    "\\bottomrule\\end{longtable}}",
                ]
            )
        case Figure():
            return (
                "\\begin{figure}[htbp]\\centering\n"
                f"\\includegraphics[width=\\textwidth]{{{block.name}.png}}\n"
                f"\\caption{{{_safe(block.caption)}}}\n\\end{{figure}}"
            )


def _safe(text: str) -> str:
    safe = _ANY.sub(lambda found: _SPECIAL.get(found[0], " "), " ".join(text.split()))
    return _LIGATURE.sub(r"\g<0>{}", safe)
