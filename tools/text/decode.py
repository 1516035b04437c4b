"""From the bytes of a text file to its text, the encoding detected.

General detectors guess wrong on short Chinese texts, where a wrong guess is worse than none: two characters
of GB18030 are valid in Big5 and in UTF-16 as well. Here each encoding that can hold the bytes is judged by
how common its characters are, and nothing is returned when no reading looks like a text.
"""

import codecs
from dataclasses import dataclass

from tools.errors import InvalidInput
from tools.text.plausibility import chinese_score, control_share, looks_western

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old or encrypted Office document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"ID3": "an MP3 file",
    b"OggS": "an Ogg file",
    b"RIFF": "a RIFF media file",
    b"\x7fELF": "a program",
}
_CHINESE = ("gb18030", "big5hkscs")
_UTF_16 = ("utf-16-le", "utf-16-be")
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}
_MOST_CONTROLS = 0.01  # of all characters; text holds none but line breaks and tabs
_LEAST_SCORE = 0.12  # the share of common characters: texts reach 0.3 and more, wrong readings 0.05
_HINT = "Save the file as UTF-8, or name its encoding."


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text and how it was stored."""

    text: str  #: Without the byte order mark.
    encoding: str  #: The name of a Python codec.


def decode(data: bytes, *, encoding: str | None = None) -> Decoded:
    """The text that ``data`` holds.

    A byte order mark decides; then UTF-8 is tried, UTF-16 without a mark, GB18030 and Big5, and Windows-1252
    last, if the text looks Western.

    Args:
        encoding: The encoding that the caller names; nothing else is tried then. GB2312, GBK and Big5 stand
            for their supersets GB18030 and Big5-HKSCS.

    Raises:
        InvalidInput: "empty_input" (nothing but white space), "binary_input" (not a text),
            "unknown_encoding" (``encoding`` names no text encoding) or "undecodable_input" (the bytes are not
            valid in ``encoding``, or in no encoding that gives a likely text).
    """
    if not data:
        raise _empty()
    decoded = _decode_as(data, encoding) if encoding else _detect(data)
    if control_share(decoded.text) > _MOST_CONTROLS:
        raise _binary("it holds many control characters")
    if not decoded.text.strip("\ufeff\u200b \t\r\n\f\v\x00\x1a\u3000\xa0"):
        raise _empty()
    return decoded


def _decode_as(data: bytes, name: str) -> Decoded:
    try:
        codec = codecs.lookup(name).name
        codec = _SUPERSETS.get(codec, codec)
        return Decoded(text=data.decode(codec).removeprefix("\ufeff"), encoding=codec)
    except LookupError as error:
        raise InvalidInput(
            f"{name!r} names no text encoding",
            hint="Try 'utf-8', 'gb18030' or 'big5'.",
            code="unknown_encoding",
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"the file is not valid {name}: byte {error.start} is 0x{data[error.start]:02x}",
            hint="Leave the encoding out to have it detected, or name another.",
            code="undecodable_input",
        ) from error


def _detect(data: bytes) -> Decoded:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], encoding)
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise _binary(f"it is {kind}")
    if b"\0" in data:
        return _best_chinese(data, _UTF_16) or _western_utf_16(data)
    text = _try(data, "utf-8")
    if text is not None:
        return Decoded(text=text, encoding="utf-8")
    western = _try(data, "cp1252")
    if western is not None and looks_western(data, western):
        return Decoded(text=western, encoding="cp1252")
    found = _best_chinese(data, (*_CHINESE, *_UTF_16))
    if found is None:
        raise InvalidInput("the encoding of the file cannot be told", hint=_HINT, code="undecodable_input")
    return found


def _best_chinese(data: bytes, encodings: tuple[str, ...]) -> Decoded | None:
    """The reading with the most common characters, if that is likely at all and better than the others."""
    readings = ((name, _try(data, name)) for name in encodings)
    scored = sorted(((chinese_score(text), name, text) for name, text in readings if text), reverse=True)
    if not scored or scored[0][0] < _LEAST_SCORE or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    _, encoding, text = scored[0]
    return Decoded(text=text, encoding=encoding)


def _western_utf_16(data: bytes) -> Decoded:
    """UTF-16 of a Latin text: every other byte is zero."""
    for encoding, zeros in zip(_UTF_16, (data[1::2], data[0::2]), strict=True):
        text = _try(data, encoding)
        if text is not None and zeros.count(0) > len(zeros) // 2 and control_share(text) <= _MOST_CONTROLS:
            return Decoded(text=text, encoding=encoding)
    raise _binary("it holds zero bytes and is not UTF-16")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _binary(reason: str) -> InvalidInput:
    return InvalidInput(
        f"the file is not a text: {reason}",
        hint="Upload a text file, or a document in a format that this job reads.",
        code="binary_input",
    )


def _empty() -> InvalidInput:
    return InvalidInput("the file holds no text", hint="Upload a file with text in it.", code="empty_input")
