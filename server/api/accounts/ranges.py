"""Which part of a file a request asks for (RFC 9110, 13 and 14)."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*")


class Unsatisfiable(Exception):
    """The range begins behind the file's end."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some bytes of a file."""

    start: int
    length: int


def requested(header: str | None, size: int) -> Span | None:
    """The range of a header; None for the whole file, as for what is no single range of bytes.

    Raises:
        Unsatisfiable: No byte of the file is in it.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, end - start)


def matches(header: str | None, etag: str) -> bool:
    """Whether an If-None-Match names this entity, or any."""
    if header is None:
        return False
    return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in header.split(","))
