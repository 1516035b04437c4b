"""From an uploaded file to its segments, whatever its format."""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from tools.errors import InputTooLarge, InvalidInput
from tools.text.decode import decode
from tools.translation.formats.docx import parse_docx
from tools.translation.formats.html import check_html, parse_html
from tools.translation.formats.json_resource import parse_json
from tools.translation.formats.markdown import check_markdown, parse_markdown
from tools.translation.formats.plain import parse_plain
from tools.translation.formats.po import parse_po
from tools.translation.segments import Segment, TextDocument

MAX_BYTES = 64 * 1024 * 1024
MAX_SEGMENTS = 200_000

_PARSERS: dict[str, Callable[[str], TextDocument]] = {
    ".txt": parse_plain,
    ".text": parse_plain,
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".html": parse_html,
    ".htm": parse_html,
    ".xhtml": parse_html,
    ".json": parse_json,
    ".po": parse_po,
    ".pot": parse_po,
}

_CHECKS = {"html": check_html, "markdown": check_markdown}


def check_of(format: str) -> Callable[[str, str], list[str]]:
    """What finds faults in the markup of a translation, by the name of its format."""
    return _CHECKS.get(format, _anything)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translatable:
    """A file that can be translated."""

    format: str  #: plain, markdown, html, json, po or docx.
    segments: tuple[Segment, ...]
    check: Callable[[str, str], list[str]]  #: From a segment's text and its translation to what is wrong.
    render: Callable[[Mapping[str, str]], bytes]  #: The file with translations, by segment id.


def open_translatable(data: bytes, name: str, *, encoding: str | None = None) -> Translatable:
    """The segments of a TXT, Markdown, HTML, JSON, PO or DOCX file. The suffix of ``name`` says which it is.

    What is written is UTF-8, whatever was read: not every encoding holds every language.

    Raises:
        InputTooLarge: "file_too_large" or "too_many_segments".
        InvalidInput: "unsupported_format", "no_words", or what the decoder or the format's reader raises.
    """
    if len(data) > MAX_BYTES:
        raise InputTooLarge(
            f"the file has {len(data)} bytes; at most {MAX_BYTES} are read",
            hint="Split it.",
            code="file_too_large",
        )
    opened = _open(data, name, encoding)
    if not opened.segments:
        raise InvalidInput(
            "the file holds no words", hint="Upload a file with text to translate.", code="no_words"
        )
    if len(opened.segments) > MAX_SEGMENTS:
        raise InputTooLarge(
            f"the file has {len(opened.segments)} segments; at most {MAX_SEGMENTS} are translated",
            hint="Split it.",
            code="too_many_segments",
        )
    return opened


def _open(data: bytes, name: str, encoding: str | None) -> Translatable:
    suffix = PurePath(name).suffix.lower()
    if suffix == ".docx":
        docx = parse_docx(data)
        return Translatable(format="docx", segments=docx.segments, check=_anything, render=docx.render)
    parse = _PARSERS.get(suffix)
    if parse is None:
        raise InvalidInput(
            f"{name!r} is in no format that this job reads",
            hint=f"Upload one of {', '.join([*_PARSERS, '.docx'])}; subtitles go to the job subtitles.",
            code="unsupported_format",
        )
    document = parse(decode(data, encoding=encoding).text)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    return Translatable(
        format=document.format,
        segments=document.segments,
        check=document.check,
        render=lambda translations: mark + document.render(translations).encode(),
    )


def _anything(_source: str, _translation: str) -> list[str]:
    return []
