"""DOCX: a ZIP archive with the paragraphs of a Word document in one XML file."""

from lxml import etree

from tools.documents.archive import Archive
from tools.documents.document import MAX_MARKUP_BYTES, Document
from tools.documents.markup import Element, first_text, iter_elements, local_name, named, parse_markup
from tools.documents.prose import Prose
from tools.errors import InputTooLarge, InvalidInput

_BODY = "word/document.xml"
_PROPERTIES = "docProps/core.xml"
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "nobreakhyphen": "-"}
_SKIPPED = frozenset(("fallback", "del", "movefrom", "txbxcontent"))  # repeated, deleted, or beside the text
_FIRST_LEVEL = frozenset(
    ("heading1", "1")
)  # identifiers of the heading style, in English and in Chinese Word


def is_docx(archive: Archive) -> bool:
    """Whether the archive holds a Word document."""
    return _BODY in archive


def check_docx(archive: Archive) -> None:
    """Refuse what is no Word document, or one with too much text.

    Raises:
        InvalidInput: "unsupported_format".
        InputTooLarge: "markup_too_large".
    """
    if not is_docx(archive):
        raise InvalidInput(
            "the file is no Word document", hint="Save it as .docx.", code="unsupported_format"
        )
    if archive.size(_BODY) > MAX_MARKUP_BYTES:
        raise InputTooLarge(
            f"its text is larger than {MAX_MARKUP_BYTES} bytes", hint="Send a part.", code="markup_too_large"
        )


def read_docx(archive: Archive, *, max_characters: int) -> Document:
    """The text of a DOCX; first-level headings begin chapters.

    Text boxes, footnotes and deleted text are left out.

    Raises:
        InputTooLarge: "archive_bomb", "markup_too_large" or "too_many_characters".
        InvalidInput: "empty_input", or what the archive or its markup raises.
    """
    prose = Prose(max_characters)
    starts: list[int] = []
    for paragraph in iter_elements(archive.read(_BODY), _BODY, "{*}p"):
        if any(local_name(ancestor) in _SKIPPED for ancestor in paragraph.iterancestors()):
            continue
        start = prose.next_start
        prose.add(_text(paragraph))
        if prose.next_start > start and _is_first_level(paragraph):
            starts.append(start)
    if not prose.text:
        raise InvalidInput(
            "the file holds no text", hint="Upload a file with text in it.", code="empty_input"
        )
    title, author = _properties(archive)
    return Document(
        text=prose.text, encoding="utf-8", title=title, author=author, chapter_starts=tuple(starts)
    )


def _text(paragraph: Element) -> str:
    pieces: list[str] = []
    skipped = 0
    for event, element in etree.iterwalk(paragraph, events=("start", "end")):
        name = local_name(element)
        skipped += (1 if event == "start" else -1) * (name in _SKIPPED)
        if event == "start" and not skipped:
            pieces.append((element.text or "") if name == "t" else _SIGNS.get(name, ""))
    return "".join(pieces)


def _is_first_level(paragraph: Element) -> bool:
    """Whether its style, or its own outline level, makes it a first-level heading."""
    return (
        _value(paragraph, "pstyle").replace(" ", "") in _FIRST_LEVEL or _value(paragraph, "outlinelvl") == "0"
    )


def _value(paragraph: Element, name: str) -> str:
    """The setting ``name`` of a paragraph in lower case, empty when it is not set."""
    found = next(named(paragraph, name), None)
    values = [] if found is None else [str(value) for value in found.values()]
    return values[0].lower() if values else ""


def _properties(archive: Archive) -> tuple[str, str]:
    if _PROPERTIES not in archive:
        return "", ""
    root = parse_markup(archive.read(_PROPERTIES), _PROPERTIES)
    return first_text(root, "title"), first_text(root, "creator")
