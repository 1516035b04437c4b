"""EPUB 2 and 3: a ZIP archive with a package file that puts XHTML files in order."""

import posixpath
from typing import NamedTuple
from urllib.parse import unquote

from tools.documents.archive import Archive
from tools.documents.document import Document
from tools.documents.markup import Element, first_text, named, parse_markup
from tools.documents.prose import Prose
from tools.errors import InvalidInput

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_TEXT_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


class _Package(NamedTuple):
    title: str
    author: str
    parts: tuple[str, ...]  #: The names of the XHTML files in reading order.


def is_epub(archive: Archive) -> bool:
    """Whether the archive says where its package file is."""
    return _CONTAINER in archive


def read_epub(archive: Archive, *, max_characters: int) -> Document:
    """The text of an EPUB in reading order; each part begins a chapter.

    Raises:
        InputTooLarge: "archive_bomb", "markup_too_large" or "too_many_characters".
        InvalidInput: "broken_epub", "encrypted_document" (copy protection), or what the archive or its markup
            raises.
    """
    package = _package(archive)
    _refuse_encryption(archive, package.parts)
    prose = Prose(max_characters)
    starts: list[int] = []
    for part in package.parts:
        start = prose.next_start
        prose.add_markup(parse_markup(archive.read(part), part))
        if prose.next_start > start:
            starts.append(start)
    if not starts:
        raise _broken("its parts hold no text")
    return Document(
        text=prose.text,
        encoding="utf-8",
        title=package.title,
        author=package.author,
        chapter_starts=tuple(starts),
    )


def _package(archive: Archive) -> _Package:
    container = parse_markup(archive.read(_CONTAINER), _CONTAINER)
    path = next(
        (path for element in named(container, "rootfile") if (path := element.get("full-path"))), None
    )
    if path is None:
        raise _broken(f"{_CONTAINER} names no package file")
    root = parse_markup(archive.read(path), path)
    folder = posixpath.dirname(path)
    files = {item.get("id"): item for item in named(root, "item")}
    items = [files.get(reference.get("idref")) for reference in named(root, "itemref") if _is_read(reference)]
    parts = [
        _resolve(folder, item.get("href") or "") for item in items if item is not None and _is_text(item)
    ]
    if not parts:
        raise _broken("its spine names no part")
    return _Package(
        title=first_text(root, "title"),
        author=first_text(root, "creator"),
        parts=tuple(dict.fromkeys(parts)),  # a part named twice is read once
    )


def _is_read(reference: Element) -> bool:
    return reference.get("linear") != "no"


def _is_text(item: Element) -> bool:
    return (item.get("media-type") or _TEXT_TYPES[0]) in _TEXT_TYPES


def _resolve(folder: str, href: str) -> str:
    """The name in the archive; names that lead out of it are in no archive and so are missing."""
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _refuse_encryption(archive: Archive, parts: tuple[str, ...]) -> None:
    """Raise when a part is encrypted; scrambled fonts do not matter."""
    if _ENCRYPTION not in archive:
        return
    for data in named(parse_markup(archive.read(_ENCRYPTION), _ENCRYPTION), "encrypteddata"):
        methods = [method.get("Algorithm") for method in named(data, "encryptionmethod")]
        targets = [_resolve("", reference.get("URI") or "") for reference in named(data, "cipherreference")]
        if not set(targets).isdisjoint(parts) and not set(methods) <= set(_FONT_OBFUSCATION):
            raise InvalidInput(
                "the book is copy-protected (DRM)",
                hint="Use a copy without protection.",
                code="encrypted_document",
            )


def _broken(reason: str) -> InvalidInput:
    return InvalidInput(f"the EPUB is damaged: {reason}", hint="Export the book again.", code="broken_epub")
