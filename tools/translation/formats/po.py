"""gettext's PO files: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html

A segment is what a message says (``msgid``); its translation goes where it belongs (``msgstr``). Messages
that are translated already, the header and obsolete messages stay as they are. A fuzzy translation is a
guess: the message is translated, and stays marked as fuzzy until a person has looked at it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.text.lines import Line, split_lines
from tools.translation.segments import Assembly, TextDocument

_FIELD = re.compile(r'\s*(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+"(.*)"\s*')
_MORE = re.compile(r'\s*"(.*)"\s*')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(slots=True)
class _Message:
    """One message, and where in the file its translations stand."""

    values: dict[str, str] = field(default_factory=dict[str, str])
    places: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    comments: list[str] = field(default_factory=list[str])
    is_fuzzy: bool = False


def parse_po(text: str) -> TextDocument:
    """Read a PO file. Each form of a plural is a segment: form 0 of the singular, others of the plural."""
    assembly = Assembly(text)
    for message in _messages(text):
        source = message.values.get("msgid", "")
        for name, place in message.places.items():
            if not source or (message.values[name] and not message.is_fuzzy):
                continue
            plural = message.values.get("msgid_plural", source)
            words = source if name in ("msgstr", "msgstr[0]") else plural
            note = "; ".join([*message.comments, message.values.get("msgctxt", "")]).strip("; ")
            assembly.add(place, words, note=note, write=_write)
    return assembly.finish("po")


def _messages(text: str) -> Iterator[_Message]:
    message, name, at = _Message(), "", 0
    for line in split_lines(text):
        found = _FIELD.fullmatch(line.text)
        if found is not None:
            if found[1] in ("msgctxt", "msgid") and "msgid" in message.values:
                yield message
                message = _Message()
            name = found[1]
            message.values[name] = _unescape(found[2])
            if name.startswith("msgstr"):
                message.places[name] = (at + line.text.index('"'), at + len(line.text.rstrip()))
        elif name and (more := _MORE.fullmatch(line.text)) is not None:
            message.values[name] += _unescape(more[1])
            if name in message.places:
                message.places[name] = (message.places[name][0], at + len(line.text.rstrip()))
        else:
            if message.places:
                yield message
                message = _Message()
            name = ""
            _comment(message, line)
        at += len(line.whole)
    yield message


def _comment(message: _Message, line: Line) -> None:
    if line.text.startswith("#."):
        message.comments.append(line.text[2:].strip())
    elif line.text.startswith("#,") and "fuzzy" in line.text:
        message.is_fuzzy = True


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), text)


def _write(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\r", "\\r")
    return '"' + escaped.replace("\n", "\\n") + '"'
