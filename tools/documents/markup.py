"""XML that nobody vouches for: read without network, document types or entities."""

import html
import re
from collections.abc import Iterator
from io import BytesIO
from typing import cast

from lxml import etree

from tools.documents.document import MAX_MARKUP_BYTES
from tools.errors import InputTooLarge, InvalidInput
from tools.text.decode import decode

Element = etree._Element  # pyright: ignore[reportPrivateUsage] - lxml has no other name for it

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"<\?xml\b[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_HEAD = 1024  # bytes at the start of a file that can hold its declaration
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE)
_ENTITY_DECLARATION = re.compile("<!ENTITY", re.IGNORECASE)
_NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,31};")


def parse_markup(data: bytes, name: str) -> Element:
    """The root element of an XML or XHTML file; small errors in it are mended.

    Raises:
        InputTooLarge: "markup_too_large".
        InvalidInput: "unsafe_markup" (the file declares entities) or "broken_markup".
    """
    parser = etree.XMLParser(
        no_network=True,
        resolve_entities=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
    )
    root: Element | None = etree.fromstring(_source(data, name), parser)
    if root is None:
        raise _broken(name, "it holds no element")
    return root


def iter_elements(data: bytes, name: str, tag: str) -> Iterator[Element]:
    """Each element ``{namespace}name`` of an XML file, complete, emptied once the next one is asked for.

    Raises:
        InputTooLarge: "markup_too_large".
        InvalidInput: "unsafe_markup" or "broken_markup".
    """
    source = BytesIO(_source(data, name))
    try:
        for _, element in etree.iterparse(source, events=("end",), tag=tag, no_network=True, huge_tree=False):
            yield element
            element.clear(keep_tail=True)
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise _broken(name, str(error)) from error


def local_name(element: Element) -> str:
    """The tag without its namespace, in lower case; empty for processing instructions and the like."""
    tag = cast(object, element.tag)  # a function where it is no element
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def named(root: Element, name: str) -> Iterator[Element]:
    """Every element below ``root`` with that local name, in document order."""
    return (element for element in root.iter() if local_name(element) == name)


def first_text(root: Element, name: str) -> str:
    """The text of the first element with that local name that has any; empty without one."""
    return next((" ".join(text.split()) for element in named(root, name) if (text := element.text)), "")


def _source(data: bytes, name: str) -> bytes:
    """``data`` in UTF-8, with HTML's named entities as characters.

    Without its document type a file defines no entities of its own, so resolving what is left cannot grow.
    """
    if len(data) > MAX_MARKUP_BYTES:
        raise InputTooLarge(
            f"{name!r} is larger than {MAX_MARKUP_BYTES} bytes",
            hint="Split the book.",
            code="markup_too_large",
        )
    declared = _DECLARED_ENCODING.search(data[:_HEAD])
    text = decode(data, encoding=declared[1].decode("ascii") if declared else None).text
    if _ENTITY_DECLARATION.search(text):
        raise InvalidInput(
            f"{name!r} declares entities of its own", hint="Export the book again.", code="unsafe_markup"
        )
    text = _DOCTYPE.sub("", _DECLARATION.sub("", text, count=1), count=1)
    return _NAMED_ENTITY.sub(lambda found: html.unescape(found[0]), text).encode()


def _broken(name: str, reason: str) -> InvalidInput:
    return InvalidInput(f"{name!r} is damaged: {reason}", hint="Export the book again.", code="broken_markup")
