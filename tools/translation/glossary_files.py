"""Glossaries in the files that people have: CSV, TSV, JSON and TBX."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, cast

from tools.documents.markup import Element, parse_markup
from tools.errors import InputTooLarge, InvalidInput
from tools.text.decode import decode
from tools.translation.glossary import Glossary, Term

MAX_BYTES = 16 * 1024 * 1024
MAX_TERMS = 50_000
_HINT = (
    "Its columns are source, target (several parted by |), and if you like case_sensitive, keep, note, "
    "language, forms and exact."
)
_YES = frozenset(["1", "true", "yes", "y", "x"])
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_glossary(data: bytes, name: str, *, source: str = "", target: str = "") -> Glossary:
    """The glossary that a file holds.

    CSV and TSV have a heading line, or two columns without one. JSON is a mapping from a term to one
    translation or several, or a list of objects with the columns' names. TBX is read in its ISO 30042 form.

    Args:
        name: The file's name, whose suffix says what it is.
        source: The language of the terms, such as ``en``; TBX needs it.
        target: The language of the translations; TBX needs it, and entries for other languages are left out.

    Raises:
        InputTooLarge: "file_too_large" or "too_many_terms".
        InvalidInput: "unsupported_format", or "invalid_glossary" with the line or entry that is wrong; what
            the decoder or the reader of XML raises.
    """
    if len(data) > MAX_BYTES:
        raise InputTooLarge(
            f"the glossary has {len(data)} bytes; at most {MAX_BYTES} are read",
            hint="Split it.",
            code="file_too_large",
        )
    suffix = PurePath(name).suffix.lower()
    if suffix in (".tbx", ".xml"):
        terms = list(_from_tbx(data, name, source, target))
    elif suffix == ".json":
        terms = list(_from_json(decode(data).text, target))
    elif suffix in (".csv", ".tsv", ".txt"):
        terms = list(_from_table(decode(data).text, "\t" if suffix == ".tsv" else None, target))
    else:
        raise InvalidInput(
            f"{name!r} is no glossary that can be read",
            hint="Give a CSV, TSV, JSON or TBX file.",
            code="unsupported_format",
        )
    return glossary_of(terms)


def glossary_of(terms: Sequence[Term]) -> Glossary:
    """A glossary of terms, as many as are allowed.

    Raises:
        InputTooLarge: "too_many_terms".
        InvalidInput: "invalid_glossary": there is none.
    """
    if len(terms) > MAX_TERMS:
        raise InputTooLarge(
            f"the glossary has {len(terms)} terms; at most {MAX_TERMS} are read",
            hint="Leave out what this text does not need.",
            code="too_many_terms",
        )
    if not terms:
        raise _invalid("it has no terms")
    return Glossary(terms)


def term_of(entry: Mapping[str, Any], where: str) -> Term | None:
    """A term from an object with the columns' names; None for an empty one.

    Args:
        where: What the message of an error calls it.

    Raises:
        InvalidInput: "invalid_glossary".
    """
    source, target = entry.get("source"), entry.get("target", entry.get("targets"))
    if not isinstance(source, str):
        raise _invalid(f"{where} has no source")
    texts = _parted(target)
    if not source.strip() and not texts:
        return None
    if not source.strip():
        raise _invalid(f"{where} has a translation and no source")
    if _is_yes(entry.get("keep")):
        texts = [source.strip()]
    if not texts:
        raise _invalid(
            f"{where}, {source.strip()!r}, has no translation; for a term to leave as it is, set keep"
        )
    return Term(
        source=source.strip(),
        targets=tuple(dict.fromkeys(texts)),
        is_case_sensitive=_is_yes(entry.get("case_sensitive")),
        note=str(entry.get("note") or "").strip(),
        forms=tuple(dict.fromkeys(_parted(entry.get("forms")))),
        is_exact=_is_yes(entry.get("exact")),
    )


def is_for(entry: Mapping[str, Any], target: str) -> bool:
    """Whether an entry counts for a language: it names none, or this one, or one that this is a kind of."""
    language = str(entry.get("language") or "").strip().lower()
    wanted = target.lower()
    return not language or not wanted or wanted == language or wanted.startswith(f"{language}-")


def _parted(value: object) -> list[str]:
    given = [value] if isinstance(value, str) else cast("Sequence[object]", value or ())
    parts = [part.strip() for text in given if isinstance(text, str) for part in text.split("|")]
    return [part for part in parts if part]


def _from_table(text: str, delimiter: str | None, target: str) -> Iterator[Term]:
    if delimiter is None:
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    heading = [name.strip().lower() for name in rows[0]] if rows else []
    has_heading = "source" in heading
    names = heading if has_heading else ["source", "target", "case_sensitive", "note"]
    for line, row in enumerate(rows[has_heading:], 1 + has_heading):
        if any(cell.strip() for cell in row):
            entry = dict(zip(names, row, strict=False))
            term = term_of(entry, f"line {line}")
            if term is not None and is_for(entry, target):
                yield term


def _from_json(text: str, target: str) -> Iterator[Term]:
    try:
        value: object = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _invalid(f"it is no JSON: {error}") from error
    for number, entry in enumerate(_entries(value), 1):
        term = term_of(entry, f"entry {number}")
        if term is not None and is_for(entry, target):
            yield term


def _entries(value: object) -> Iterable[Mapping[str, Any]]:
    if isinstance(value, dict):
        return [
            {"source": source, "target": target} for source, target in cast("dict[str, Any]", value).items()
        ]
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in cast("list[object]", value)):
        return cast("list[dict[str, Any]]", value)
    raise _invalid("it is neither a mapping nor a list of objects")


def _from_tbx(data: bytes, name: str, source: str, target: str) -> Iterator[Term]:
    if not source or not target:
        raise _invalid("a TBX file holds many languages; say which two are meant")
    root = parse_markup(data, name)
    for number, entry in enumerate(root.iter("{*}termEntry", "{*}conceptEntry"), 1):
        sources, targets = _tbx_terms(entry, source), _tbx_terms(entry, target)
        for text in sources if targets else ():
            term = term_of({"source": text, "target": targets}, f"entry {number}")
            if term is not None:
                yield term


def _tbx_terms(entry: Element, language: str) -> list[str]:
    texts: list[str] = []
    for section in entry.iter("{*}langSet", "{*}langSec"):
        if str(section.get(_LANGUAGE, "")).lower().partition("-")[0] == language.lower().partition("-")[0]:
            texts += ["".join(map(str, term.itertext())).strip() for term in section.iter("{*}term")]
    return [text for text in texts if text]


def _is_yes(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in _YES)


def _invalid(what: str) -> InvalidInput:
    return InvalidInput(f"the glossary cannot be used: {what}", hint=_HINT, code="invalid_glossary")
