"""DOCX: the text of every paragraph is a segment; what stands between its runs is kept.

The XML of the document is changed where its text stands, so that everything else of it stays. Word splits a
sentence into runs for reasons of its own (editing sessions, spelling); runs of one look are read as one.
"""

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from tools.documents.archive import Archive
from tools.errors import InvalidInput
from tools.translation.segments import Assembly, Place, Segment, TextDocument

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of OLE: what Word encrypts into
_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SKIPPED = frozenset(["del", "moveFrom", "instrText"])
_RSID = re.compile(r"\s+\w+:rsid\w*=\"[^\"]*\"")
_NOISE = re.compile(r"<(?:\w+:)?(?:proofErr|lastRenderedPageBreak|bookmarkStart|bookmarkEnd)\b[^>]*/>")
_KEPT = re.compile("\ue000(\\d+)\ue001")  # private use: nothing that a document says
_PRESERVE = ' xml:space="preserve"'


@dataclass(slots=True)
class _Text:
    """One <w:t>: its tag, its content, and the look of its run, as places and source."""

    tag: int
    content: int
    end: int
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocxDocument:
    """A Word document."""

    data: bytes
    parts: Mapping[str, TextDocument]  #: By the file's name in the archive.
    segments: tuple[Segment, ...]  #: Of all parts, numbered through.
    _places: Mapping[str, tuple[str, str]]  #: From a segment's id to its part and its id there.

    def render(self, translations: Mapping[str, str]) -> bytes:
        """The document with these translations; every other file of the archive keeps its bytes."""
        by_part: dict[str, dict[str, str]] = {}
        for id, text in translations.items():
            part, own = self._places[id]
            by_part.setdefault(part, {})[own] = text
        output = BytesIO()
        with zipfile.ZipFile(BytesIO(self.data)) as before, zipfile.ZipFile(output, "w") as after:
            for entry in before.infolist():
                content = before.read(entry)
                if entry.filename in by_part:
                    content = self.parts[entry.filename].render(by_part[entry.filename]).encode()
                after.writestr(entry, content, compress_type=entry.compress_type)
        return output.getvalue()


def parse_docx(data: bytes) -> DocxDocument:
    """Read a DOCX: its body, headers, footers, notes and comments.

    Raises:
        InputTooLarge: "archive_bomb".
        InvalidInput: What the archive raises, "broken_docx" or "encrypted_docx".
    """
    if data.startswith(_COMPOUND_FILE):
        raise InvalidInput(
            "the document is encrypted, or in Word's old format",
            hint="Remove its password, or save it as .docx.",
            code="encrypted_docx",
        )
    archive = Archive(data)
    with zipfile.ZipFile(BytesIO(data)) as names:
        found = sorted((name for name in names.namelist() if _PARTS.fullmatch(name)), key=_body_first)
    parts = {name: _parse_part(archive.read(name), name) for name in found}
    segments: list[Segment] = []
    places: dict[str, tuple[str, str]] = {}
    for name, part in parts.items():
        for segment in part.segments:
            id = str(len(segments) + 1)
            segments.append(replace(segment, id=id))
            places[id] = (name, segment.id)
    return DocxDocument(data=data, parts=parts, segments=tuple(segments), _places=places)


def _body_first(name: str) -> tuple[bool, str]:
    return name != "word/document.xml", name


def _parse_part(data: bytes, name: str) -> TextDocument:
    text = data.decode("utf-8-sig")
    assembly = Assembly(text)
    for texts in _Walker(text.encode(), name).walk():
        _add(assembly, text, texts)
    return assembly.finish("docx")


class _Walker:
    """Finds the texts of every paragraph. A paragraph within another (a text box) parts the outer one."""

    def __init__(self, data: bytes, name: str) -> None:
        self.groups: list[list[_Text]] = []
        self._data, self._name = data, name
        self._offsets = _Characters(data)
        self._open: list[list[_Text]] = []  # of the paragraphs that are open, the texts found last
        self._skipped = 0
        self._look = ""
        self._is_text = False
        self._parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def walk(self) -> list[list[_Text]]:
        """The texts, a list for each stretch of a paragraph, in the order of the file."""
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise self._broken(f"is damaged: {error}") from error
        return sorted((group for group in self.groups if group), key=lambda group: group[0].tag)

    def _start(self, full: str, _attributes: dict[str, str]) -> None:
        local = _local(full)
        at = self._parser.CurrentByteIndex
        self._skipped += local in _SKIPPED
        if local == "p":
            self._open.append(self._new_group())
        elif local == "r":
            self._look = ""
        elif local == "rPr":
            self._look = _look(self._data, at)
        elif local == "t" and self._open and not self._skipped:
            content = self._data.index(b">", at) + 1
            self._is_text = self._data[content - 2 : content] != b"/>"
            if self._is_text:
                text = _Text(self._offsets(at), self._offsets(content), -1, self._look)
                self._open[-1].append(text)

    def _end(self, full: str) -> None:
        local = _local(full)
        self._skipped -= local in _SKIPPED
        if local == "p":
            self._open.pop()
            if self._open:
                self._open[-1] = self._new_group()
        elif local == "t" and self._is_text:
            self._open[-1][-1].end = self._offsets(self._parser.CurrentByteIndex)
            self._is_text = False

    def _new_group(self) -> list[_Text]:
        self.groups.append([])
        return self.groups[-1]

    def _refuse_doctype(self, *_: object) -> None:
        raise self._broken("has a DTD")

    def _broken(self, what: str) -> InvalidInput:
        return InvalidInput(f"{self._name!r} {what}", hint="Export the document again.", code="broken_docx")


def _local(full: str) -> str:
    """The name of one of Word's own elements; empty for others."""
    namespace, _, local = full.rpartition(" ")
    return local if namespace == _WORD else ""


class _Characters:
    """From growing offsets in bytes to those in characters."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = self._count = 0

    def __call__(self, at: int) -> int:
        if at < self._at:
            self._at = self._count = 0
        self._count += len(self._data[self._at : at].decode())
        self._at = at
        return self._count


def _look(data: bytes, at: int) -> str:
    """The properties of a run, without what only Word's editing needs."""
    end = data.find(b"rPr>", at)
    return _RSID.sub("", data[at : end + 4].decode()) if end >= 0 else ""


def _add(assembly: Assembly, text: str, texts: Sequence[_Text]) -> None:
    words, raws = "", list[str]()
    kept: list[Place] = []
    for before, this in zip([None, *texts], texts, strict=False):
        if before is not None:
            between = text[before.end : this.content]
            if before.look != this.look or not _is_seam(between):
                mark = f"\ue000{len(raws)}\ue001"
                raws.append(
                    _preserving(text[before.end : this.tag]) + _preserving(text[this.tag : this.content])
                )
                kept.append((len(words), len(words) + len(mark)))
                words += mark
        words += unescape(text[this.content : this.end], {"&quot;": '"', "&apos;": "'"})
    if any(character.isalpha() for character in _KEPT.sub("", words)):
        opening = _preserving(text[texts[0].tag : texts[0].content])
        assembly.add((texts[0].tag, texts[-1].end), words, kept=kept, write=_writer(opening, raws))


def _is_seam(between: str) -> bool:
    """Whether nothing but the end of one run and the beginning of the next stands there."""
    bare = _NOISE.sub("", between)
    return (
        re.fullmatch(
            r"</\w+:t></\w+:r>\s*<\w+:r\b[^>]*>(?:<(\w+:rPr)>.*?</\1>)?<\w+:t\b[^>]*>", bare, re.DOTALL
        )
        is not None
    )


def _preserving(source: str) -> str:
    """The tags with spaces at the ends of their text kept: a translation may have some."""
    return re.sub(r"<(\w+:t)>", rf"<\1{_PRESERVE}>", source)


def _writer(opening: str, raws: Sequence[str]) -> Callable[[str], str]:
    def write(text: str) -> str:
        return opening + _KEPT.sub(lambda mark: raws[int(mark[1])], escape(text))

    return write
