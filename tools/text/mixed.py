"""Files whose lines are stored in two encodings, as editing with two programs makes them."""

from dataclasses import dataclass

from tools.text.decode import decode

_LEAST_SHARE = 0.2  # of the lines beyond ASCII; fewer valid ones may be so by chance
_LEAST_BYTES = 6  # two characters of three bytes: what is valid UTF-8 by chance is shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """A text of two encodings."""

    text: str
    encoding: str  #: Of the lines that are no UTF-8.
    lines: tuple[int, ...]  #: Their numbers, from 1.


def decode_mixed(data: bytes) -> Mixed | None:
    """The text of a file of which many lines are UTF-8 and the others another encoding; None for other files.

    Raises:
        InvalidInput: What ``decode`` raises for the lines that are no UTF-8.
    """
    if b"\0" in data:
        return None
    lines = data.split(b"\n")
    odd = [at for at, line in enumerate(lines) if not _is_utf8(line)]
    odd_ones = set(odd)
    whole = [line for at, line in enumerate(lines) if at not in odd_ones and not line.isascii()]
    if not odd or len(whole) < _LEAST_SHARE * (len(odd) + len(whole)):
        return None
    if max(len(line) - len(line.decode("ascii", "ignore")) for line in whole) < _LEAST_BYTES:
        return None
    rest = decode(b"\n".join(lines[at] for at in odd))
    texts = dict(zip(odd, rest.text.split("\n"), strict=True))
    text = "\n".join(texts.get(at) or line.decode("utf-8", "replace") for at, line in enumerate(lines))
    return Mixed(text=text.removeprefix("\ufeff"), encoding=rest.encoding, lines=tuple(at + 1 for at in odd))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
