"""Translation memories as files: TMX 1.4b (Translation Memory eXchange, LISA 2005)."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO

from lxml import etree

from tools.documents.markup import Element, iter_elements, local_name
from tools.errors import InputTooLarge, InvalidInput

MAX_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 200_000
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MARK = re.compile("\u27e6(\\d+)\u27e7")
_TAGS = frozenset(["ph", "bpt", "ept", "it", "ut"])  # code of another tool's: a mark stands for each
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def read_tmx(data: bytes, name: str, *, source: str, target: str) -> list[tuple[str, str]]:
    """The pairs of a TMX file for two languages, in its order; tags in them become marks.

    A unit counts when it has both languages; ``en`` fits ``en-GB`` and the other way round.

    Raises:
        InputTooLarge: "file_too_large" or "too_many_entries".
        InvalidInput: "invalid_memory": no unit has both languages; or what the reader of XML raises.
    """
    if len(data) > MAX_BYTES:
        raise InputTooLarge(
            f"the translation memory has {len(data)} bytes; at most {MAX_BYTES} are read",
            hint="Split it.",
            code="file_too_large",
        )
    pairs: list[tuple[str, str]] = []
    languages: set[str] = set()
    for unit in iter_elements(data, name, "{*}tu"):
        texts = {language: text for language, text in _variants(unit) if text}
        languages.update(texts)
        ours, theirs = _best(texts, source), _best(texts, target)
        if ours and theirs:
            pairs.append((ours, theirs))
        if len(pairs) > MAX_ENTRIES:
            raise InputTooLarge(
                f"the translation memory has more than {MAX_ENTRIES} units",
                hint="Leave out what this text does not need.",
                code="too_many_entries",
            )
    if not pairs:
        raise InvalidInput(
            f"no unit of the translation memory {name!r} has both {source!r} and {target!r}",
            hint=f"It has: {', '.join(sorted(languages)) or 'no units'}.",
            code="invalid_memory",
        )
    return pairs


def write_tmx(pairs: Iterable[tuple[str, str]], *, source: str, target: str) -> bytes:
    """A TMX file of these pairs; marks become ``<ph>``."""
    root = etree.Element("tmx", version="1.4")
    etree.SubElement(
        root,
        "header",
        {
            "creationtool": "scriptorium",
            "creationtoolversion": "1",
            "segtype": "paragraph",
            "o-tmf": "scriptorium",
            "adminlang": "en",
            "srclang": source,
            "datatype": "plaintext",
        },
    )
    body = etree.SubElement(root, "body")
    for ours, theirs in pairs:
        unit = etree.SubElement(body, "tu")
        for language, text in ((source, ours), (target, theirs)):
            variant = etree.SubElement(unit, "tuv", {_LANGUAGE: language})
            _write(etree.SubElement(variant, "seg"), text)
    out = BytesIO()
    etree.ElementTree(root).write(out, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return out.getvalue()


def _variants(unit: Element) -> Iterator[tuple[str, str]]:
    for variant in unit.iter("{*}tuv"):
        language = str(variant.get(_LANGUAGE) or variant.get("lang") or "")
        segment = next(variant.iter("{*}seg"), None)
        if language and segment is not None:
            yield language.lower().replace("_", "-"), _text(segment)


def _text(segment: Element) -> str:
    parts: list[str] = [segment.text or ""]
    count = 0
    for part in segment:
        if local_name(part) in _TAGS:
            count += 1
            number = part.get("x")
            parts.append(f"\u27e6{number if number and number.isdigit() else count}\u27e7")
        else:
            parts.append("".join(map(str, part.itertext())))
        parts.append(part.tail or "")
    return "".join(parts).strip()


def _write(segment: Element, text: str) -> None:
    pieces = _MARK.split(_UNWRITABLE.sub("\ufffd", text))
    segment.text = pieces[0]
    for number, tail in zip(pieces[1::2], pieces[2::2], strict=True):
        mark = etree.SubElement(segment, "ph", x=number)
        mark.tail = tail


def _best(texts: dict[str, str], language: str) -> str | None:
    wanted = language.lower().replace("_", "-")
    if wanted in texts:
        return texts[wanted]
    main = wanted.partition("-")[0]
    return next((text for code, text in texts.items() if code.partition("-")[0] == main), None)
